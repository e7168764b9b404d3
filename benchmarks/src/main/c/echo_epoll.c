/*
 * Reference echo server: one thread, level-triggered epoll.
 *
 *   epoll_wait -> recv into one shared buffer -> send at once -> (rest kept, EPOLLOUT) -> epoll_wait
 *
 * A connection with unsent bytes is not read, so a peer that does not read its replies stops only itself.
 *
 * Build: cc -O2 echo_epoll.c -o echo_epoll
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "serve.h"

enum { EVENTS_MAX = 256, RECEIVES_PER_TURN_MAX = 16, LISTENER = -1 };

struct pending {
    char *bytes;
    size_t start, end;
};

static int epoll_fd, listener_fd, spare_fd;
static char *buffer;
static size_t buffer_bytes = 65536;
static struct pending *pending_by_fd;
static size_t pending_count;
static long corrupt_every, echoed_bytes_until_corrupt;

static void watch(int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll_fd, operation, fd, &event) < 0)
        die("epoll_ctl");
}

static void close_connection(int fd)
{
    free(pending_by_fd[fd].bytes);
    pending_by_fd[fd] = (struct pending){0};
    close(fd);
}

static void make_room_for(int fd)
{
    size_t count = pending_count ? pending_count : 1024;
    while (count <= (size_t)fd)
        count *= 2;
    if (count == pending_count)
        return;
    pending_by_fd = realloc(pending_by_fd, count * sizeof *pending_by_fd);
    if (!pending_by_fd)
        die("realloc");
    memset(pending_by_fd + pending_count, 0, (count - pending_count) * sizeof *pending_by_fd);
    pending_count = count;
}

/* Without a descriptor left, the spare one is given up for a moment so that the peer sees a close, not silence. */
static void refuse_one(void)
{
    close(spare_fd);
    int fd = accept(listener_fd, NULL, NULL);
    if (fd >= 0)
        close(fd);
    spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void accept_all(void)
{
    for (;;) {
        int fd = accept4(listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            make_room_for(fd);
            watch(EPOLL_CTL_ADD, fd, EPOLLIN);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno == EMFILE || errno == ENFILE) {
            refuse_one();
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            die("accept4");
        }
    }
}

static void keep_rest(int fd, const char *bytes, size_t length)
{
    char *copy = malloc(length);
    if (!copy)
        die("malloc");
    memcpy(copy, bytes, length);
    pending_by_fd[fd] = (struct pending){.bytes = copy, .end = length};
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

/* For testing the load driver: turns one bit in every N echoed bytes. */
static void corrupt(char *bytes, size_t length)
{
    for (; echoed_bytes_until_corrupt <= (long)length; echoed_bytes_until_corrupt += corrupt_every)
        bytes[echoed_bytes_until_corrupt - 1] ^= 1;
    echoed_bytes_until_corrupt -= (long)length;
}

/* Returns whether the connection should be read again in this turn. */
static int echo_once(int fd)
{
    ssize_t received = recv(fd, buffer, buffer_bytes, 0);
    if (received <= 0) {
        if (received == 0 || (errno != EAGAIN && errno != EINTR))
            close_connection(fd);
        return 0;
    }
    if (corrupt_every)
        corrupt(buffer, (size_t)received);
    ssize_t sent = send(fd, buffer, (size_t)received, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        close_connection(fd);
        return 0;
    }
    sent = sent < 0 ? 0 : sent;
    if (sent < received) {
        keep_rest(fd, buffer + sent, (size_t)(received - sent));
        return 0;
    }
    return received == (ssize_t)buffer_bytes;
}

static void send_rest(int fd)
{
    struct pending *rest = &pending_by_fd[fd];
    ssize_t sent = send(fd, rest->bytes + rest->start, rest->end - rest->start, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR)
            close_connection(fd);
        return;
    }
    rest->start += (size_t)sent;
    if (rest->start == rest->end) {
        free(rest->bytes);
        *rest = (struct pending){0};
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

static void on_ready(int fd)
{
    if (pending_by_fd[fd].bytes) {
        send_rest(fd);
        return;
    }
    for (int turn = 0; turn < RECEIVES_PER_TURN_MAX; turn++)
        if (!echo_once(fd))
            return;
}

static void serve(void)
{
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
        if (ready < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == LISTENER)
                accept_all();
            else
                on_ready(events[i].data.fd);
        }
    }
}

int main(int argc, char **argv)
{
    const char *host = "127.0.0.1";
    long port = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--host"))
            host = argv[i + 1];
        else if (!strcmp(argv[i], "--port"))
            port = number("--port", argv[i + 1], 0, 65535);
        else if (!strcmp(argv[i], "--buffer-bytes"))
            buffer_bytes = (size_t)number("--buffer-bytes", argv[i + 1], 64, 1 << 24);
        else if (!strcmp(argv[i], "--corrupt-every"))
            corrupt_every = number("--corrupt-every", argv[i + 1], 0, 1L << 40);
        else
            argc = 0;
    }
    if (argc % 2 == 0) {
        fprintf(stderr, "usage: echo_epoll [--host ADDRESS] [--port PORT] [--buffer-bytes BYTES]\n");
        return 2;
    }
    echoed_bytes_until_corrupt = corrupt_every;
    buffer = malloc(buffer_bytes);
    if (!buffer)
        die("malloc");
    exit_zero_on_termination();
    open_files_to_hard_limit();
    spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    listener_fd = listen_on(host, (int)port, SOCK_NONBLOCK);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        die("epoll_create1");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = LISTENER};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener_fd, &event) < 0)
        die("epoll_ctl");
    announce(listener_fd, host);
    serve();
}
