/* Moves the load driver's bytes with epoll: one receive per readable event, one send per burst. */
#ifndef DRIVE_EPOLL_H
#define DRIVE_EPOLL_H

#include <sys/epoll.h>
#include <sys/syscall.h>

#include "drive.h"

static int epoll_fd;
static unsigned char receive_buffer[RECEIVE_BYTES];

static void epoll_watch(struct connection *c, uint32_t events)
{
    if (events == c->watched)
        return;
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event) < 0)
        fail("epoll_ctl failed on connection %d: %s", index_of(c), strerror(errno));
    c->watched = events;
}

static void epoll_push(struct connection *c)
{
    while (c->sent < c->due) {
        ssize_t sent = send(c->fd, pattern.bytes + c->send_cursor, next_send_bytes(c), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR)
                fail_lost(c, strerror(errno));
            epoll_watch(c, EPOLLIN | EPOLLOUT);
            return;
        }
        advance_sent(c, (size_t)sent);
    }
    epoll_watch(c, EPOLLIN);
}

static void epoll_pull(struct connection *c)
{
    ssize_t count = recv(c->fd, receive_buffer, RECEIVE_BYTES, 0);
    if (count > 0)
        on_received(c, receive_buffer, (size_t)count);
    else if (count == 0 || (errno != EAGAIN && errno != EINTR))
        fail_lost(c, count ? strerror(errno) : "closed by the server");
}

static void epoll_turn(uint64_t wait_nanos)
{
    enum { EVENTS_MAX = 256 };
    struct epoll_event events[EVENTS_MAX];
    struct timespec timeout = {(time_t)(wait_nanos / SECOND), (long)(wait_nanos % SECOND)};
    int ready = (int)syscall(SYS_epoll_pwait2, epoll_fd, events, EVENTS_MAX, &timeout, NULL, 0);
    if (ready < 0 && errno != EINTR)
        fail("epoll_pwait2 failed: %s", strerror(errno));
    now_nanos = clock_nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < ready; i++) {
        struct connection *c = events[i].data.ptr;
        if (events[i].events & ~(uint32_t)EPOLLOUT) {
            now_nanos = clock_nanos(CLOCK_MONOTONIC);
            epoll_pull(c);
        } else {
            epoll_push(c);
        }
    }
}

static void epoll_start(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        fail("epoll_create1 failed: %s", strerror(errno));
}

#endif
