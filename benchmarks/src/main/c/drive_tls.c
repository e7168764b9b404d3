/*
 * Load driver for servers with TLS: one thread, level-triggered epoll, OpenSSL, every reply byte verified.
 *
 *   options -> connections -> warm-up | measured window -> one line of key=value pairs
 *
 *   echo:       every connection sends a message, awaits all of it, and sends the next
 *   handshake:  every connection connects, goes through a full handshake of TLS 1.3, has one byte echoed, and begins anew
 *
 * A wrong byte or a lost connection ends the run with exit code 1.
 *
 * Build: cc -O2 drive_tls.c -o drive_tls -lssl -lcrypto
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usage.h"

enum { EVENTS_MAX = 256 };

enum step { CONNECTING, HANDSHAKING, IDLE, SENDING, RECEIVING };

struct connection {
    int fd;
    SSL *ssl;
    enum step step;
    size_t done;
    uint32_t watched;
};

static struct sockaddr_in server = {.sin_family = AF_INET};
static SSL_CTX *context;
static int epoll_fd, connection_count = 50, server_pid, only_handshakes, running = 1;
static size_t message_bytes = 1024;
static double warm_up = 1, seconds = 4;
static struct connection *connections;
static unsigned char *message, *received;
static uint64_t counted;

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void watch(struct connection *c, uint32_t events)
{
    if (events == c->watched)
        return;
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event) < 0)
        fail("epoll_ctl: %s", strerror(errno));
    c->watched = events;
}

static void begin(struct connection *c)
{
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->step = CONNECTING;
    c->watched = 0;
    if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        fail("connect: %s", strerror(errno));
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
    watch(c, EPOLLOUT);
}

static void end(struct connection *c)
{
    SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    close(c->fd);
}

/* Returns whether to go on at once; otherwise the connection waits for what OpenSSL asked for. */
static int wait_for(struct connection *c, int result)
{
    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        watch(c, EPOLLIN);
        return 0;
    case SSL_ERROR_WANT_WRITE:
        watch(c, EPOLLIN | EPOLLOUT);
        return 0;
    default:
        fail("connection %d was lost", (int)(c - connections));
        return 0;
    }
}

static void send_message(struct connection *c)
{
    while (c->done < message_bytes) {
        int sent = SSL_write(c->ssl, message + c->done, (int)(message_bytes - c->done));
        if (sent <= 0) {
            wait_for(c, sent);
            return;
        }
        c->done += (size_t)sent;
    }
    c->step = RECEIVING;
    c->done = 0;
    watch(c, EPOLLIN);
}

static void next_message(struct connection *c)
{
    c->done = 0;
    if (running) {
        c->step = SENDING;
        send_message(c);
    } else {
        c->step = IDLE;
        watch(c, EPOLLIN);
    }
}

static void receive_message(struct connection *c)
{
    while (c->done < message_bytes) {
        int count = SSL_read(c->ssl, received, (int)(message_bytes - c->done));
        if (count <= 0) {
            wait_for(c, count);
            return;
        }
        if (memcmp(received, message + c->done, (size_t)count))
            fail("connection %d received other bytes than it sent", (int)(c - connections));
        c->done += (size_t)count;
    }
    counted++;
    next_message(c);
}

static void handshake(struct connection *c)
{
    int result = SSL_do_handshake(c->ssl);
    if (result <= 0) {
        wait_for(c, result);
    } else if (only_handshakes) {
        /* The server has finished too when its first answer is here: without it, its work could be counted later. */
        c->step = SENDING;
        c->done = 0;
        send_message(c);
    } else {
        next_message(c);
    }
}

static void receive_first_answer(struct connection *c)
{
    int count = SSL_read(c->ssl, received, (int)message_bytes);
    if (count <= 0) {
        wait_for(c, count);
        return;
    }
    counted++;
    end(c);
    c->step = IDLE;
    if (running)
        begin(c);
}

static void on_event(struct connection *c)
{
    if (c->step == CONNECTING)
        c->step = HANDSHAKING;
    switch (c->step) {
    case HANDSHAKING:
        handshake(c);
        break;
    case SENDING:
        send_message(c);
        break;
    case RECEIVING:
        if (only_handshakes)
            receive_first_answer(c);
        else
            receive_message(c);
        break;
    default: {
        /* A session ticket, or the end. */
        int count = SSL_read(c->ssl, received, 1);
        if (count <= 0)
            wait_for(c, count);
    }
    }
}

static void turn(int timeout_millis)
{
    struct epoll_event events[EVENTS_MAX];
    int ready = epoll_wait(epoll_fd, events, EVENTS_MAX, timeout_millis);
    if (ready < 0 && errno != EINTR)
        fail("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < ready; i++)
        on_event(events[i].data.ptr);
}

static void run_for(double length)
{
    for (double end = seconds_now() + length; seconds_now() < end;)
        turn(10);
}

/* What is under way is finished, so that the server sees no connection lost. */
static void drain(void)
{
    running = 0;
    for (int i = 0; i < connection_count; i++)
        while (connections[i].step != IDLE)
            turn(100);
}

static uint64_t cpu_nanos(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void measure(void)
{
    static struct usage before, after;
    uint64_t server_before = 0, server_after = 0;
    run_for(warm_up);
    counted = 0;
    double start = seconds_now();
    uint64_t driver_nanos = cpu_nanos(CLOCK_PROCESS_CPUTIME_ID);
    if (server_pid && (usage_read(&before, server_pid) || usage_process_nanos(server_pid, &server_before)))
        fail("There is no process %d.", server_pid);
    run_for(seconds);
    double took = seconds_now() - start;
    if (server_pid && (usage_process_nanos(server_pid, &server_after) || usage_read(&after, server_pid)))
        fail("The server has ended.");
    driver_nanos = cpu_nanos(CLOCK_PROCESS_CPUTIME_ID) - driver_nanos;
    struct usage_delta delta = usage_between(&before, &after);
    double cpu = (double)(server_after - server_before), count = (double)counted;
    printf("msgs=%.0f msgs_per_s=%.0f server_cpu_ns_per_msg=%.1f bytes_per_server_cpu_s=%.0f server_cpu_pct=%.1f"
           " server_loop_run_delay_pct=%.2f driver_cpu_pct=%.1f\n",
           count, count / took, count ? cpu / count : 0, cpu ? count * (double)message_bytes * 1e9 / cpu : 0,
           cpu / took / 1e7, (double)delta.loop_waited_nanos / took / 1e7, (double)driver_nanos / took / 1e7);
}

static void usage(void)
{
    fputs("usage: drive_tls --port PORT [--mode echo|handshake] [--conns N] [--size BYTES] [--warmup S] [--seconds S]\n"
          "                 [--host A] [--server-pid PID (reads its CPU time)]\n", stderr);
    exit(2);
}

static void parse(int count, char **arguments)
{
    for (int i = 1; i < count; i += 2) {
        const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
        if (!strcmp(name, "--port"))
            server.sin_port = htons((uint16_t)atoi(value));
        else if (!strcmp(name, "--host"))
            inet_pton(AF_INET, value, &server.sin_addr);
        else if (!strcmp(name, "--conns"))
            connection_count = atoi(value);
        else if (!strcmp(name, "--size"))
            message_bytes = (size_t)atol(value);
        else if (!strcmp(name, "--mode") && (!strcmp(value, "echo") || !strcmp(value, "handshake")))
            only_handshakes = !strcmp(value, "handshake");
        else if (!strcmp(name, "--warmup"))
            warm_up = atof(value);
        else if (!strcmp(name, "--seconds"))
            seconds = atof(value);
        else if (!strcmp(name, "--server-pid"))
            server_pid = atoi(value);
        else
            usage();
    }
    if (!server.sin_port || connection_count < 1 || message_bytes < 1)
        usage();
    if (only_handshakes)
        message_bytes = 1;
}

/* The same suite and group whatever the server would choose. */
static void make_context(void)
{
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set1_groups_list(context, "X25519");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    inet_pton(AF_INET, "127.0.0.1", &server.sin_addr);
    parse(count, arguments);
    make_context();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc((size_t)connection_count, sizeof *connections);
    message = malloc(message_bytes);
    received = malloc(message_bytes);
    for (size_t i = 0; i < message_bytes; i++)
        message[i] = (unsigned char)(i * 31);
    for (int i = 0; i < connection_count; i++)
        begin(&connections[i]);
    measure();
    drain();
    return 0;
}
