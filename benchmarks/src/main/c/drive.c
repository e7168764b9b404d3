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
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "drive.h"
#include "drive_epoll.h"
#include "drive_options.h"
#include "drive_results.h"
#include "drive_uring.h"

enum phase { WARMING, MEASURING, DRAINING };
enum { SPIN_BELOW_NANOS = 60000, SCAN_NANOS = SECOND };

static enum phase phase;
static int next_source;
static uint64_t begin_nanos, scan_nanos;
static uint64_t scheduled, schedule_begin_nanos; /* rate mode */

/* ---------------------------------------------------------------- sockets */

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
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (options.engine == EPOLL ? SOCK_NONBLOCK : 0), 0);
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

static void push(struct connection *c)
{
    if (options.engine == URING)
        uring_push(c);
    else
        epoll_push(c);
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

static void on_received(struct connection *c, const unsigned char *received, size_t count)
{
    uint64_t received_before = c->received, asked_for = c->sent + c->sending;
    if (c->received + count > asked_for)
        fail("surplus bytes: connection %d sent %llu bytes but received %llu", index_of(c), (unsigned long long)asked_for,
             (unsigned long long)(c->received + count));
    if (memcmp(received, pattern.bytes + c->receive_cursor, count))
        fail_wrong_byte(c, received, count);
    c->receive_cursor = pattern_advance(&pattern, c->receive_cursor, count);
    c->received += count;
    bytes += count;
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
    if (options.engine == URING)
        uring_turn(wait_nanos());
    else
        epoll_turn(wait_nanos());
    if (options.mode == RATE && phase != DRAINING)
        send_scheduled();
    fail_if_stalled();
}

static void open_all(void)
{
    now_nanos = scan_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < options.connections; i++) {
        open_connection(&connections[i]);
        if (options.engine == URING)
            uring_receive(&connections[i]);
        else
            epoll_watch(&connections[i], EPOLLIN);
    }
}

static void begin(struct connection *c)
{
    c->progress_nanos = 0;
    if (options.mode == STREAM)
        fill_window(c);
    else if (c->fd < 0)
        start_cycle(c);
    else
        start_burst(c);
}

static void begin_all(void)
{
    schedule_begin_nanos = begin_nanos = scan_nanos = now_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < options.connections && options.mode != RATE; i++)
        begin(&connections[i]);
}

static int everything_replied(void)
{
    for (int i = 0; i < options.connections; i++)
        if (connections[i].received != connections[i].due)
            return 0;
    return 1;
}

/* Leaves every connection open and silent, so that it can be called again. */
static void run_load(void)
{
    uint64_t messages_before = messages;
    phase = WARMING;
    begin_all();
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
    all_messages = messages - messages_before;
}

/* ---------------------------------------------------------------- idle mode */

/* Returns whether there is something to read on standard input, where that is watched too. */
static int fail_if_idle_lost(int wait_millis)
{
    struct epoll_event event;
    if (epoll_wait(epoll_fd, &event, 1, wait_millis) != 1)
        return 0;
    if (event.data.ptr)
        fail_lost(event.data.ptr, "closed, or sent bytes, while idle");
    return 1;
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
        if (fail_if_idle_lost(100) && standard_input_closed())
            break;
        now_nanos = clock_nanos(CLOCK_MONOTONIC);
    }
    take_snapshot(&after);
}

/* ---------------------------------------------------------------- resident */

/*
 * Stays for as long as there is standard input. Each line is "WARM_UP SECONDS": a load of so long on the open connections,
 * answered by a line of results. In between nothing is on its way, and neither this process nor the server has anything to do.
 */
static void run_resident(void)
{
    char line[128];
    open_all();
    printf("open=%d\n", options.connections);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%lf %lf", &options.warm_up, &options.seconds) != 2)
            fail("a line must be WARM_UP SECONDS, but was %s", line);
        memset(&latencies, 0, sizeof latencies);
        run_load();
        print_results();
        fflush(stdout);
    }
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
    if (!connections)
        fail("no memory for %d connections", options.connections);
    if (options.engine == URING)
        uring_start();
    else
        epoll_start();
    if (options.resident) {
        run_resident();
        return 0;
    }
    if (options.mode == IDLE) {
        run_idle();
    } else {
        open_all();
        run_load();
    }
    print_results();
    return 0;
}
