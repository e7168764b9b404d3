/* What the parts of the load driver share: options, connections, and the way to fail. */
#ifndef DRIVE_H
#define DRIVE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pattern.h"

enum mode { ECHO, FRAMES, STREAM, CHURN, IDLE, RATE };
enum engine { EPOLL, URING };
enum { RECEIVE_BYTES = 1 << 18, SECOND = 1000000000 };

struct connection {
    int fd;
    uint32_t watched;                    /* epoll engine: events asked for. */
    uint32_t sending;                    /* io_uring engine: bytes in the send the kernel has. */
    size_t send_cursor, receive_cursor;  /* Places in the pattern. */
    uint64_t due, sent, received;        /* Stream positions; due is how far sending may go. */
    uint64_t started_nanos, progress_nanos;
    uint64_t scanned_received;           /* As of the last search for stalled connections. */
};

static const char *const mode_names[] = {"echo", "frames", "stream", "churn", "idle", "rate"};
static const char *const engine_names[] = {"epoll", "uring"};

static struct {
    enum mode mode;
    enum engine engine;
    const char *host;
    int port, connections, depth, sources, server_pid, spin, resident;
    size_t size, window;
    double seconds, warm_up, rate, timeout;
    uint64_t messages, seed;
} options = {.host = "127.0.0.1", .connections = 1, .depth = 1, .window = 1 << 18, .seconds = 4, .warm_up = 1,
             .rate = 10000, .timeout = 10, .seed = 1};

static struct connection *connections;
static struct pattern pattern;
static uint64_t messages, bytes, now_nanos;

static uint64_t clock_nanos(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static int index_of(const struct connection *c)
{
    return (int)(c - connections);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list arguments;
    fputs("drive: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    /* Last, because whoever reads this looks for the reason at once. */
    printf("mode=%s errors=1 messages=%llu\n", mode_names[options.mode], (unsigned long long)messages);
    fflush(stdout);
    exit(1);
}

__attribute__((noreturn)) static void fail_lost(const struct connection *c, const char *why)
{
    fail("lost connection %d after %llu bytes sent and %llu received: %s", index_of(c), (unsigned long long)c->sent,
         (unsigned long long)c->received, why);
}

/* How much of what is due goes into the next send. */
static size_t next_send_bytes(const struct connection *c)
{
    size_t most = options.mode == STREAM ? options.size : pattern.unit * (size_t)options.depth;
    return c->due - c->sent < most ? c->due - c->sent : most;
}

static void advance_sent(struct connection *c, size_t count)
{
    c->sent += count;
    c->send_cursor = pattern_advance(&pattern, c->send_cursor, count);
}

/* Checks reply bytes and lets the mode go on with the connection. */
static void on_received(struct connection *c, const unsigned char *received, size_t count);

#endif
