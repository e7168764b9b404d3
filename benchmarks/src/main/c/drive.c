/*
 * Load driver: one thread, one TCP server, every reply byte verified.
 *
 *   options -> connections -> warm-up | measured window | drain -> one line of key=value pairs
 *
 * Modes: echo, frames, stream, churn, idle, rate. See usage() for what each does.
 * A wrong byte, a lost connection or a time-out ends the run with exit code 1 and says which connection and where.
 *
 * Build: cc -O2 drive.c -o drive
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "pattern.h"
#include "usage.h"

enum mode { ECHO, FRAMES, STREAM, CHURN, IDLE, RATE };
enum phase { WARMING, MEASURING, DRAINING };
enum { RECEIVE_BYTES = 1 << 18, EVENTS_MAX = 256, SECOND = 1000000000, SPIN_BELOW_NANOS = 60000, SCAN_NANOS = SECOND };

static const char *const mode_names[] = {"echo", "frames", "stream", "churn", "idle", "rate"};

struct connection {
    int fd;
    uint32_t watched;
    size_t send_cursor, receive_cursor;      /* Places in the pattern. */
    uint64_t due, sent, received;            /* Stream positions; due is how far sending may go. */
    uint64_t started_nanos, scanned_received; /* The latter as of the last search for stalled connections. */
    uint64_t progress_nanos;
};

static struct {
    enum mode mode;
    const char *host;
    int port, connections, depth, sources, server_pid, spin;
    size_t size, window;
    double seconds, warm_up, rate, timeout;
    uint64_t messages, seed;
} options = {.mode = ECHO, .host = "127.0.0.1", .connections = 1, .depth = 1, .size = 64, .window = 1 << 18,
             .seconds = 4, .warm_up = 1, .rate = 10000, .timeout = 10, .seed = 1};

struct snapshot {
    uint64_t nanos, driver_cpu_nanos, messages, bytes;
    struct usage server;
};

static struct connection *connections;
static struct pattern pattern;
static struct histogram latencies;
static struct snapshot before, after;
static enum phase phase;
static int epoll_fd, next_source;
static uint64_t messages, bytes, now_nanos, begin_nanos, scan_nanos;
static uint64_t scheduled, schedule_begin_nanos; /* rate mode */
static unsigned char received_bytes[RECEIVE_BYTES];

static uint64_t clock_nanos(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list arguments;
    printf("mode=%s errors=1 messages=%llu\n", mode_names[options.mode], (unsigned long long)messages);
    fflush(stdout);
    fputs("drive: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static int index_of(const struct connection *c)
{
    return (int)(c - connections);
}

/* ---------------------------------------------------------------- sockets */

static void watch(struct connection *c, uint32_t events)
{
    if (events == c->watched)
        return;
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event) < 0)
        fail("epoll_ctl failed on connection %d: %s", index_of(c), strerror(errno));
    c->watched = events;
}

static void bind_to_source(int fd, int source)
{
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + (uint32_t)source)};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind to 127.0.0.%d failed: %s", 2 + source, strerror(errno));
}

/* Returns whether the connection is under way; not when this source address has no port left. */
static int try_connect(struct connection *c, int source)
{
    int on = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    inet_pton(AF_INET, options.host, &server.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        fail("socket failed for connection %d: %s. Next step: raise ulimit -n", index_of(c), strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (options.sources > 1)
        bind_to_source(c->fd, source);
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) == 0 || errno == EINPROGRESS)
        return 1;
    if (errno != EADDRNOTAVAIL)
        fail("connect to %s:%d failed: %s", options.host, options.port, strerror(errno));
    close(c->fd);
    return 0;
}

static void open_connection(struct connection *c)
{
    size_t start = pattern_start(&pattern, (uint64_t)index_of(c) + options.seed * 65537, options.mode == FRAMES);
    *c = (struct connection){.send_cursor = start, .receive_cursor = start};
    for (int tries = 0; tries < options.sources; tries++) {
        int source = next_source;
        next_source = (next_source + 1) % options.sources;
        if (try_connect(c, source))
            return;
    }
    fail("no local port left. Next step: raise --sources, now %d", options.sources);
}

static void close_connection(struct connection *c)
{
    close(c->fd);
    c->fd = -1;
    c->watched = 0;
}

/* ---------------------------------------------------------------- bytes out */

static void fail_lost(const struct connection *c, const char *why)
{
    fail("lost connection %d after %llu bytes sent and %llu received: %s", index_of(c), (unsigned long long)c->sent,
         (unsigned long long)c->received, why);
}

/* Sends what is due in as few calls as the socket takes; the rest follows when it is writable again. */
static void push(struct connection *c)
{
    size_t at_once = options.mode == STREAM ? options.size : pattern.unit * (size_t)options.depth;
    while (c->sent < c->due) {
        size_t length = c->due - c->sent < at_once ? c->due - c->sent : at_once;
        ssize_t sent = send(c->fd, pattern.bytes + c->send_cursor, length, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR)
                fail_lost(c, strerror(errno));
            watch(c, EPOLLIN | EPOLLOUT);
            return;
        }
        c->sent += (uint64_t)sent;
        c->send_cursor = pattern_advance(&pattern, c->send_cursor, (size_t)sent);
    }
    watch(c, EPOLLIN);
}

static void start_burst(struct connection *c)
{
    c->started_nanos = now_nanos;
    c->due += pattern.unit * (size_t)options.depth;
    push(c);
}

static void fill_window(struct connection *c)
{
    while (c->due - c->received + options.size <= options.window)
        c->due += options.size;
    push(c);
}

static void start_cycle(struct connection *c)
{
    open_connection(c);
    start_burst(c);
}

static void send_scheduled(void)
{
    for (;;) {
        uint64_t intended = schedule_begin_nanos + (uint64_t)((double)scheduled * SECOND / options.rate);
        if (intended > now_nanos)
            return;
        struct connection *c = &connections[scheduled++ % (uint64_t)options.connections];
        c->due += pattern.unit;
        push(c);
    }
}

/* ---------------------------------------------------------------- bytes in */

static void fail_wrong_byte(const struct connection *c, const unsigned char *got, size_t count)
{
    const unsigned char *expected = pattern.bytes + c->receive_cursor;
    size_t at = 0;
    while (at + 1 < count && got[at] == expected[at])
        at++;
    fail("wrong byte: connection %d, reply byte %llu: expected 0x%02x, received 0x%02x", index_of(c),
         (unsigned long long)(c->received + at), expected[at], got[at]);
}

static void record_latency(uint64_t start_nanos)
{
    if (phase == MEASURING)
        histogram_add(&latencies, now_nanos - start_nanos);
}

/* Messages are dealt to connections in turn, so a reply's number on its connection tells when it was meant to be sent. */
static void on_scheduled_replies(struct connection *c, uint64_t received_before)
{
    for (uint64_t n = received_before / pattern.unit; n < c->received / pattern.unit; n++) {
        double number = (double)(n * (uint64_t)options.connections + (uint64_t)index_of(c));
        uint64_t intended = schedule_begin_nanos + (uint64_t)(number * SECOND / options.rate);
        messages++;
        if (intended >= before.nanos && before.nanos)
            histogram_add(&latencies, now_nanos - intended);
    }
}

static void on_replies(struct connection *c, uint64_t received_before)
{
    if (options.mode == RATE) {
        on_scheduled_replies(c, received_before);
    } else if (options.mode == STREAM) {
        messages += c->received / options.size - received_before / options.size;
        if (phase != DRAINING)
            fill_window(c);
    } else if (c->received == c->due) {
        messages += (uint64_t)options.depth;
        record_latency(c->started_nanos);
        if (options.mode == CHURN)
            close_connection(c);
        if (phase != DRAINING && options.mode == CHURN)
            start_cycle(c);
        else if (phase != DRAINING && options.mode != IDLE)
            start_burst(c);
    }
}

static void on_readable(struct connection *c)
{
    ssize_t count = recv(c->fd, received_bytes, RECEIVE_BYTES, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0)
        fail_lost(c, count ? strerror(errno) : "closed by the server");
    uint64_t received_before = c->received;
    if (c->received + (uint64_t)count > c->sent)
        fail("surplus bytes: connection %d sent %llu bytes but received %llu", index_of(c), (unsigned long long)c->sent,
             (unsigned long long)c->received + (unsigned long long)count);
    if (memcmp(received_bytes, pattern.bytes + c->receive_cursor, (size_t)count))
        fail_wrong_byte(c, received_bytes, (size_t)count);
    c->receive_cursor = pattern_advance(&pattern, c->receive_cursor, (size_t)count);
    c->received += (uint64_t)count;
    bytes += (uint64_t)count;
    on_replies(c, received_before);
}

/* ---------------------------------------------------------------- the loop */

static void fail_if_stalled(void)
{
    if (now_nanos - scan_nanos < SCAN_NANOS)
        return;
    scan_nanos = now_nanos;
    for (int i = 0; i < options.connections; i++) {
        struct connection *c = &connections[i];
        if (c->received != c->scanned_received || c->received == c->due || !c->progress_nanos) {
            c->scanned_received = c->received;
            c->progress_nanos = now_nanos;
        } else if ((double)(now_nanos - c->progress_nanos) > options.timeout * SECOND) {
            fail("time-out: connection %d waited %.0f s for a reply, %llu bytes sent, %llu received", i, options.timeout,
                 (unsigned long long)c->sent, (unsigned long long)c->received);
        }
    }
}

static uint64_t wait_nanos(void)
{
    if (options.spin)
        return 0;
    if (options.mode != RATE || phase == DRAINING)
        return SECOND / 10;
    uint64_t intended = schedule_begin_nanos + (uint64_t)((double)scheduled * SECOND / options.rate);
    uint64_t now = clock_nanos(CLOCK_MONOTONIC);
    return intended > now + SPIN_BELOW_NANOS ? intended - now - SPIN_BELOW_NANOS : 0;
}

static void turn(void)
{
    struct epoll_event events[EVENTS_MAX];
    uint64_t wait = wait_nanos();
    struct timespec timeout = {(time_t)(wait / SECOND), (long)(wait % SECOND)};
    int ready = (int)syscall(SYS_epoll_pwait2, epoll_fd, events, EVENTS_MAX, &timeout, NULL, 0);
    if (ready < 0 && errno != EINTR)
        fail("epoll_pwait2 failed: %s", strerror(errno));
    now_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < ready; i++) {
        struct connection *c = events[i].data.ptr;
        if (events[i].events & ~(uint32_t)EPOLLOUT) {
            now_nanos = clock_nanos(CLOCK_MONOTONIC);
            on_readable(c);
        } else {
            push(c);
        }
    }
    if (options.mode == RATE && phase != DRAINING)
        send_scheduled();
    fail_if_stalled();
}

static void take_snapshot(struct snapshot *snapshot)
{
    if (options.server_pid && usage_read(&snapshot->server, options.server_pid) < 0)
        fail("no process %d to read CPU time from", options.server_pid);
    snapshot->nanos = now_nanos = clock_nanos(CLOCK_MONOTONIC);
    snapshot->driver_cpu_nanos = clock_nanos(CLOCK_THREAD_CPUTIME_ID);
    snapshot->messages = messages;
    snapshot->bytes = bytes;
}

static void start_all(void)
{
    now_nanos = scan_nanos = begin_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < options.connections; i++) {
        open_connection(&connections[i]);
        watch(&connections[i], EPOLLIN);
    }
    schedule_begin_nanos = now_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < options.connections && options.mode != RATE; i++) {
        if (options.mode == STREAM)
            fill_window(&connections[i]);
        else
            start_burst(&connections[i]);
    }
}

static int everything_replied(void)
{
    for (int i = 0; i < options.connections; i++)
        if (connections[i].received != connections[i].due)
            return 0;
    return 1;
}

static void run_load(void)
{
    start_all();
    while ((double)(now_nanos - begin_nanos) < options.warm_up * SECOND)
        turn();
    take_snapshot(&before);
    phase = MEASURING;
    while (options.messages ? messages - before.messages < options.messages
                            : (double)(now_nanos - before.nanos) < options.seconds * SECOND)
        turn();
    take_snapshot(&after);
    phase = DRAINING;
    while (!everything_replied())
        turn();
}

/* ---------------------------------------------------------------- idle mode */

static void fail_if_idle_lost(int wait_millis)
{
    struct epoll_event event;
    if (epoll_wait(epoll_fd, &event, 1, wait_millis) == 1 && event.data.ptr) {
        struct connection *c = event.data.ptr;
        fail_lost(c, "closed, or sent bytes, while idle");
    }
}

static int standard_input_closed(void)
{
    char ignored[256];
    ssize_t count = read(STDIN_FILENO, ignored, sizeof ignored);
    return count == 0;
}

/* Every connection echoes one message first: it then is known to the server and not just to its backlog. */
static void run_idle(void)
{
    enum { AT_ONCE = 512 };
    now_nanos = scan_nanos = begin_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < options.connections; i++) {
        start_cycle(&connections[i]);
        while (i >= AT_ONCE && connections[i - AT_ONCE].received != connections[i - AT_ONCE].due)
            turn();
    }
    while (!everything_replied())
        turn();
    take_snapshot(&before);
    printf("open=%d open_seconds=%.3f server_rss_kib=%llu\n", options.connections,
           (double)(now_nanos - begin_nanos) / SECOND, (unsigned long long)before.server.resident_kib);
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    int until_closed = options.seconds == 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0;
    while (until_closed || (double)(now_nanos - before.nanos) < options.seconds * SECOND) {
        fail_if_idle_lost(100);
        now_nanos = clock_nanos(CLOCK_MONOTONIC);
        if (until_closed && standard_input_closed())
            break;
    }
    take_snapshot(&after);
}

/* ---------------------------------------------------------------- results */

static void print_server(double seconds, double count)
{
    struct usage_delta used = usage_between(&before.server, &after.server);
    double cpu = (double)used.cpu_nanos, wall = seconds * SECOND;
    printf(" server_cpu_ns_per_msg=%.1f server_loop_cpu_ns_per_msg=%.1f server_cpu_pct=%.1f", count ? cpu / count : 0,
           count ? (double)used.loop_cpu_nanos / count : 0, 100 * cpu / wall);
    printf(" server_loop_run_delay_pct=%.2f", 100 * (double)used.loop_waited_nanos / wall);
    printf(" server_voluntary_switches=%llu server_involuntary_switches=%llu",
           (unsigned long long)used.voluntary_switches, (unsigned long long)used.involuntary_switches);
    printf(" bytes_per_server_cpu_s=%.0f server_rss_kib=%llu",
           cpu ? (double)(after.bytes - before.bytes) * SECOND / cpu : 0, (unsigned long long)after.server.resident_kib);
}

static void print_latencies(void)
{
    static const struct { const char *name; double share; } wanted[] = {
        {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"p9999", 0.9999}};
    if (!latencies.total)
        return;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        printf(" %s_us=%.1f", wanted[i].name, (double)histogram_percentile(&latencies, wanted[i].share) / 1000);
    printf(" max_us=%.1f", (double)latencies.max / 1000);
}

static void print_results(void)
{
    double seconds = (double)(after.nanos - before.nanos) / SECOND;
    double count = (double)(after.messages - before.messages);
    double driver_cpu = (double)(after.driver_cpu_nanos - before.driver_cpu_nanos);
    double driver_pct = 100 * driver_cpu / (seconds * SECOND);
    printf("mode=%s conns=%d size=%zu depth=%d messages=%.0f bytes=%llu seconds=%.3f", mode_names[options.mode],
           options.connections, options.size, options.depth, count, (unsigned long long)(after.bytes - before.bytes), seconds);
    printf(" msgs_per_s=%.0f bytes_per_s=%.0f", count / seconds, (double)(after.bytes - before.bytes) / seconds);
    if (options.server_pid)
        print_server(seconds, count);
    printf(" driver_cpu_ns_per_msg=%.1f driver_cpu_pct=%.1f client_bound=%d", count ? driver_cpu / count : 0, driver_pct,
           !options.spin && options.mode != RATE && driver_pct > 95);
    if (options.mode == RATE)
        printf(" rate=%.0f rate_achieved=%d", options.rate, count / seconds >= 0.99 * options.rate);
    print_latencies();
    printf(" errors=0\n");
}

/* ---------------------------------------------------------------- options */

static void usage(void)
{
    fputs("usage: drive --port PORT [--mode echo|frames|stream|churn|idle|rate] [options]\n"
          "  echo     each connection sends --depth messages of --size bytes at once, then awaits all replies\n"
          "  frames   the same, each message being a 4-byte big-endian length and --size bytes\n"
          "  stream   blocks of --size bytes (65536) without pause, at most --window bytes (262144) not yet echoed\n"
          "  churn    connect, one message, close by the client; --conns of them at a time\n"
          "  idle     opens --conns connections, one echo each, says so, holds them --seconds (0: until stdin closes)\n"
          "  rate     --rate messages/s in all, sent on schedule; latency counts from the scheduled time\n"
          "options: --host A --conns N --size BYTES --depth N --seconds S --messages N (instead of seconds)\n"
          "         --warmup S --window BYTES --rate N --sources N (127.0.0.2 and up) --timeout S --seed N\n"
          "         --server-pid PID (reads its CPU time) --spin (never sleeps)\n", stderr);
    exit(2);
}

static double positive(const char *option, const char *text, double min, double max)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= min && value <= max)) {
        fprintf(stderr, "drive: --%s must be from %g to %g, but was %s\n", option, min, max, text);
        exit(2);
    }
    return value;
}

static enum mode mode_named(const char *name)
{
    for (enum mode mode = ECHO; mode <= RATE; mode++)
        if (!strcmp(name, mode_names[mode]))
            return mode;
    usage();
    return ECHO;
}

static void set(const char *option, const char *text)
{
#define IS(name) (!strcmp(option, name))
    if (IS("mode")) options.mode = mode_named(text);
    else if (IS("host")) options.host = text;
    else if (IS("port")) options.port = (int)positive(option, text, 1, 65535);
    else if (IS("conns")) options.connections = (int)positive(option, text, 1, 1e6);
    else if (IS("size")) options.size = (size_t)positive(option, text, 1, 1 << 26);
    else if (IS("depth")) options.depth = (int)positive(option, text, 1, 1 << 20);
    else if (IS("seconds")) options.seconds = positive(option, text, 0, 1e6);
    else if (IS("messages")) options.messages = (uint64_t)positive(option, text, 1, 1e15);
    else if (IS("warmup")) options.warm_up = positive(option, text, 0, 1e6);
    else if (IS("window")) options.window = (size_t)positive(option, text, 1, 1 << 30);
    else if (IS("rate")) options.rate = positive(option, text, 1, 1e9);
    else if (IS("sources")) options.sources = (int)positive(option, text, 1, 250);
    else if (IS("timeout")) options.timeout = positive(option, text, 0.1, 1e6);
    else if (IS("seed")) options.seed = (uint64_t)positive(option, text, 0, 1e15);
    else if (IS("server-pid")) options.server_pid = (int)positive(option, text, 1, 1 << 30);
    else usage();
#undef IS
}

static void parse(int argc, char **argv)
{
    options.size = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--spin"))
            options.spin = 1;
        else if (!strncmp(argv[i], "--", 2) && i + 1 < argc)
            set(argv[i] + 2, argv[i + 1]), i++;
        else
            usage();
    }
    if (!options.port)
        usage();
    if (!options.size)
        options.size = options.mode == STREAM ? 65536 : 64;
    if (options.mode == STREAM || options.mode == RATE || options.mode == CHURN || options.mode == IDLE)
        options.depth = 1;
    if (options.mode == STREAM && options.window < options.size)
        options.window = options.size;
    if (!options.sources)
        options.sources = options.mode == CHURN ? 64 : options.mode == IDLE ? 1 + options.connections / 20000 : 1;
}

static void allow_open_files(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    allow_open_files();
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    size_t burst = (options.size + 4) * (size_t)options.depth;
    size_t contiguous = burst > RECEIVE_BYTES ? burst : RECEIVE_BYTES;
    pattern = pattern_make(options.size, options.mode == FRAMES, contiguous, options.seed);
    connections = calloc((size_t)options.connections, sizeof *connections);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!connections || epoll_fd < 0)
        fail("could not start: %s", strerror(errno));
    if (options.mode == IDLE)
        run_idle();
    else
        run_load();
    print_results();
    return 0;
}
