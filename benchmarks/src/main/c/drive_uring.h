/*
 * Moves the load driver's bytes with io_uring: a multishot receive per connection, sends straight from the pattern.
 * With small messages it needs a little less CPU time than the epoll engine, with large ones a little more.
 * Sockets are blocking ones here: a receive on a non-blocking socket would fail instead of waiting.
 */
#ifndef DRIVE_URING_H
#define DRIVE_URING_H

#include "drive.h"
#include "ring.h"

enum { URING_BUFFERS_MAX = 512, URING_BUFFER_BYTES = RECEIVE_BYTES, URING_BUFFER_STRIDE = URING_BUFFER_BYTES + 128 };
enum uring_operation { URING_RECEIVE = 0, URING_SEND = 1 };

static struct ring ring;
static struct buffer_ring buffer_ring;
static char *uring_buffers;

static struct io_uring_sqe *uring_operation(struct connection *c, uint8_t opcode, enum uring_operation tag)
{
    struct io_uring_sqe *sqe = ring_sqe(&ring);
    sqe->opcode = opcode;
    sqe->fd = c->fd;
    sqe->user_data = (uint64_t)index_of(c) << 1 | tag;
    return sqe;
}

static void uring_receive(struct connection *c)
{
    struct io_uring_sqe *sqe = uring_operation(c, IORING_OP_RECV, URING_RECEIVE);
    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
}

static void uring_push(struct connection *c)
{
    if (c->sending || c->sent == c->due)
        return;
    struct io_uring_sqe *sqe = uring_operation(c, IORING_OP_SEND, URING_SEND);
    sqe->addr = (uintptr_t)(pattern.bytes + c->send_cursor);
    sqe->len = (uint32_t)next_send_bytes(c);
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    c->sending = sqe->len;
}

static void uring_on_sent(struct connection *c, int result)
{
    if (result < 0 && result != -EINTR && result != -EAGAIN)
        fail_lost(c, strerror(-result));
    c->sending = 0;
    advance_sent(c, result > 0 ? (size_t)result : 0);
    uring_push(c);
}

static void uring_on_received(struct connection *c, const struct io_uring_cqe *cqe)
{
    if (cqe->res > 0) {
        unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
        char *at = uring_buffers + (size_t)id * URING_BUFFER_STRIDE;
        now_nanos = clock_nanos(CLOCK_MONOTONIC);
        on_received(c, (unsigned char *)at, (size_t)cqe->res);
        buffer_ring_add(&buffer_ring, at, URING_BUFFER_BYTES, (uint16_t)id);
    } else if (cqe->res == 0) {
        fail_lost(c, "closed by the server");
    } else if (cqe->res != -ENOBUFS && cqe->res != -EINTR) {
        fail_lost(c, strerror(-cqe->res));
    }
    if (!(cqe->flags & IORING_CQE_F_MORE))
        uring_receive(c);
}

static void uring_turn(uint64_t wait_nanos)
{
    ring_enter_until(&ring, wait_nanos);
    now_nanos = clock_nanos(CLOCK_MONOTONIC);
    unsigned head = *ring.cq_head;
    unsigned tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
    for (; head != tail; head++) {
        const struct io_uring_cqe *cqe = &ring.cqes[head & ring.cq_mask];
        struct connection *c = &connections[cqe->user_data >> 1];
        if ((cqe->user_data & 1) == URING_SEND)
            uring_on_sent(c, cqe->res);
        else
            uring_on_received(c, cqe);
    }
    __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
    buffer_ring_publish(&buffer_ring);
}

static void uring_start(void)
{
    /* One per connection and no more: few buffers stay in the cache. */
    unsigned wanted = (unsigned)options.connections;
    unsigned count = wanted < URING_BUFFERS_MAX ? power_of_two_from(wanted) : URING_BUFFERS_MAX;
    ring_open(&ring, 1024, 8192);
    buffer_ring = buffer_ring_open(&ring, count, 0, 0);
    uring_buffers = malloc((size_t)count * URING_BUFFER_STRIDE);
    if (!uring_buffers)
        fail("no memory for %u receive buffers", count);
    for (unsigned i = 0; i < count; i++)
        buffer_ring_add(&buffer_ring, uring_buffers + (size_t)i * URING_BUFFER_STRIDE, URING_BUFFER_BYTES, (uint16_t)i);
    buffer_ring_publish(&buffer_ring);
}

#endif
