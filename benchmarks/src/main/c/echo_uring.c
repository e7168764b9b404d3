/*
 * Reference echo server: one thread, io_uring.
 *
 *   multishot accept ---> connection ---> multishot receive, buffers from a shared ring
 *                                            |
 *             buffer back to the ring <--- one send in flight, the rest queued as segments
 *
 * Bytes are sent from the buffer they were received into. A connection that holds too much unsent data has its receive
 * cancelled until the data is gone. When the ring runs empty, buffers are added up to --buffers-max.
 *
 * Build: cc -O2 echo_uring.c -o echo_uring
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/uio.h>

#include "ring.h"
#include "serve.h"

enum operation { ACCEPT, RECEIVE, SEND, IGNORED, OPERATION_MASK = 7 };
enum { GATHER_MAX = 16, HELD_SEGMENTS_MAX = 32, HELD_BYTES_MAX = 1 << 20, NONE = -1 };

/* Received bytes that wait to be sent. They keep their buffer out of the ring. */
struct segment {
    char *at;
    unsigned length;
    int buffer, next;
};

struct gather {
    struct msghdr message;
    struct iovec parts[GATHER_MAX];
};

/* Freed only when the kernel holds neither its receive nor its send. */
struct connection {
    int file, first, last;
    unsigned held_segments, held_bytes;
    uint8_t receiving, starving, sending, cancelling, paused, ended, failed;
    struct connection *next_starved;
    struct gather *gather;
} __attribute__((aligned(64)));

/* Parts of a buffer may be in several segments; users counts them, and the kernel while it still fills the buffer. */
struct buffer {
    char *at;
    unsigned filled, users;
};

static struct ring ring;
static struct buffer_ring buffer_ring;
static struct buffer *buffers;
static struct segment *segments;
static int free_segment = NONE, segment_count;
static unsigned buffer_bytes = 262144, buffer_count = 32, buffers_max = 4096, buffers_available;
static int listener_fd, fixed_files = 1, incremental = 0, accept_stalled;
static struct connection *starved;

static void add_buffers(unsigned count)
{
    static unsigned added;
    /* The odd stride keeps the starts of all buffers from falling into the same cache set. */
    size_t stride = buffer_bytes + 128;
    char *memory = mmap(NULL, count * stride, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap of buffers");
    for (unsigned i = 0; i < count; i++, added++) {
        buffers[added] = (struct buffer){.at = memory + i * stride, .users = 1};
        buffer_ring_add(&buffer_ring, buffers[added].at, buffer_bytes, (uint16_t)added);
    }
    buffers_available += count;
    buffer_count = added;
}

static void release_buffer(int id)
{
    struct buffer *buffer = &buffers[id];
    if (--buffer->users)
        return;
    buffer->users = 1;
    buffer->filled = 0;
    buffer_ring_add(&buffer_ring, buffer->at, buffer_bytes, (uint16_t)id);
    buffers_available++;
}

static int take_segment(void)
{
    if (free_segment == NONE) {
        int count = segment_count ? segment_count * 2 : 1024;
        segments = realloc(segments, (size_t)count * sizeof *segments);
        if (!segments)
            die("realloc");
        for (int i = segment_count; i < count; i++)
            segments[i].next = i + 1 < count ? i + 1 : NONE;
        free_segment = segment_count;
        segment_count = count;
    }
    int taken = free_segment;
    free_segment = segments[taken].next;
    return taken;
}

static void drop_first_segment(struct connection *c)
{
    int dropped = c->first;
    struct segment *segment = &segments[dropped];
    c->first = segment->next;
    c->held_segments--;
    release_buffer(segment->buffer);
    segment->next = free_segment;
    free_segment = dropped;
}

static struct io_uring_sqe *operation(uint8_t opcode, struct connection *c, enum operation tag)
{
    struct io_uring_sqe *sqe = ring_sqe(&ring);
    sqe->opcode = opcode;
    sqe->user_data = (uintptr_t)c | tag;
    if (c) {
        sqe->fd = c->file;
        sqe->flags = fixed_files ? IOSQE_FIXED_FILE : 0;
    }
    return sqe;
}

static void accept_connections(void)
{
    struct io_uring_sqe *sqe = operation(IORING_OP_ACCEPT, NULL, ACCEPT);
    sqe->fd = listener_fd;
    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    if (fixed_files)
        sqe->file_index = ~0U; /* The kernel picks the slot. */
    else
        sqe->accept_flags = SOCK_CLOEXEC;
    accept_stalled = 0;
}

static void receive(struct connection *c)
{
    struct io_uring_sqe *sqe = operation(IORING_OP_RECV, c, RECEIVE);
    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    c->receiving = 1;
    c->paused = 0;
}

/* A paused connection resumes only when all it held is sent. */
static void receive_if_wanted(struct connection *c)
{
    if (c->receiving || c->starving || c->ended || c->failed)
        return;
    if (!c->paused || c->first == NONE)
        receive(c);
}

static void cancel_receive(struct connection *c)
{
    if (!c->receiving || c->cancelling)
        return;
    struct io_uring_sqe *sqe = operation(IORING_OP_ASYNC_CANCEL, NULL, IGNORED);
    sqe->addr = (uintptr_t)c | RECEIVE;
    c->cancelling = 1;
}

static void close_connection(struct connection *c)
{
    while (c->first != NONE)
        drop_first_segment(c);
    struct io_uring_sqe *sqe = operation(IORING_OP_CLOSE, NULL, IGNORED);
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
    if (fixed_files)
        sqe->file_index = (unsigned)c->file + 1;
    else
        sqe->fd = c->file;
    free(c->gather);
    free(c);
    if (accept_stalled)
        accept_connections();
}

/* Closes as soon as everything is echoed (or nothing more can be) and the kernel has let go of the connection. */
static void close_when_done(struct connection *c)
{
    if (!c->failed && !(c->ended && c->first == NONE))
        return;
    cancel_receive(c);
    if (!c->receiving && !c->starving && !c->sending)
        close_connection(c);
}

static void fill_gather(struct connection *c, struct io_uring_sqe *sqe)
{
    if (!c->gather && !(c->gather = calloc(1, sizeof *c->gather)))
        die("calloc");
    int count = 0;
    for (int i = c->first; i != NONE && count < GATHER_MAX; i = segments[i].next, count++)
        c->gather->parts[count] = (struct iovec){segments[i].at, segments[i].length};
    c->gather->message = (struct msghdr){.msg_iov = c->gather->parts, .msg_iovlen = (size_t)count};
    sqe->opcode = IORING_OP_SENDMSG;
    sqe->addr = (uintptr_t)&c->gather->message;
    sqe->len = 1;
}

static void send_queued(struct connection *c)
{
    if (c->sending || c->failed || c->first == NONE)
        return;
    struct io_uring_sqe *sqe = operation(IORING_OP_SEND, c, SEND);
    struct segment *segment = &segments[c->first];
    if (segment->next == NONE) {
        sqe->addr = (uintptr_t)segment->at;
        sqe->len = segment->length;
    } else {
        fill_gather(c, sqe);
    }
    /* With WAITALL the kernel itself waits for room and continues a short send. */
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    c->sending = 1;
}

static void queue_received(struct connection *c, const struct io_uring_cqe *cqe)
{
    int id = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    struct buffer *buffer = &buffers[id];
    char *at = buffer->at + buffer->filled;
    if (cqe->flags & IORING_CQE_F_BUF_MORE) {
        buffer->filled += (unsigned)cqe->res;
        buffer->users++;
    } else {
        buffers_available--;
    }
    int taken = take_segment();
    segments[taken] = (struct segment){.at = at, .length = (unsigned)cqe->res, .buffer = id, .next = NONE};
    if (c->first == NONE)
        c->first = taken;
    else
        segments[c->last].next = taken;
    c->last = taken;
    c->held_segments++;
    c->held_bytes += (unsigned)cqe->res;
}

static void on_receive_stopped(struct connection *c, int result)
{
    c->receiving = c->cancelling = 0;
    if (result == -ENOBUFS) {
        c->next_starved = starved;
        c->starving = 1;
        starved = c;
    } else if (result == 0) {
        c->ended = 1;
    } else if (result < 0 && result != -ECANCELED && result != -EINTR) {
        c->failed = 1;
    }
}

static void on_received(struct connection *c, const struct io_uring_cqe *cqe)
{
    if (cqe->res > 0)
        queue_received(c, cqe);
    else if ((cqe->flags & (IORING_CQE_F_BUFFER | IORING_CQE_F_BUF_MORE)) == IORING_CQE_F_BUFFER) {
        buffers_available--;
        release_buffer((int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT));
    }
    if (!(cqe->flags & IORING_CQE_F_MORE))
        on_receive_stopped(c, cqe->res);
    if (c->held_segments > HELD_SEGMENTS_MAX || c->held_bytes > HELD_BYTES_MAX) {
        c->paused = 1;
        cancel_receive(c);
    }
    send_queued(c);
    receive_if_wanted(c);
    close_when_done(c);
}

static void on_sent(struct connection *c, int result)
{
    c->sending = 0;
    if (result < 0 && result != -EINTR && result != -EAGAIN)
        c->failed = 1;
    unsigned sent = result > 0 ? (unsigned)result : 0;
    c->held_bytes -= sent;
    while (sent && sent >= segments[c->first].length) {
        sent -= segments[c->first].length;
        drop_first_segment(c);
    }
    if (sent) {
        segments[c->first].at += sent;
        segments[c->first].length -= sent;
    }
    send_queued(c);
    receive_if_wanted(c);
    close_when_done(c);
}

static void on_accepted(const struct io_uring_cqe *cqe)
{
    if (cqe->res >= 0) {
        struct connection *c = aligned_alloc(64, sizeof *c);
        if (!c)
            die("aligned_alloc");
        *c = (struct connection){.file = cqe->res, .first = NONE, .last = NONE};
        receive(c);
    }
    if (cqe->flags & IORING_CQE_F_MORE)
        return;
    /* Without a free descriptor the next accept waits for a close; anything else is the peer's doing. */
    if (cqe->res == -EMFILE || cqe->res == -ENFILE)
        accept_stalled = 1;
    else
        accept_connections();
}

/* Every refused receive costs a new one, so a ring that ran empty grows: too many ready at once, or slow peers. */
static void resume_starved(void)
{
    if (buffer_count < buffers_max)
        add_buffers(buffer_count * 2 <= buffers_max ? buffer_count : buffers_max - buffer_count);
    if (!buffers_available)
        return;
    buffer_ring_publish(&buffer_ring);
    while (starved) {
        struct connection *c = starved;
        starved = c->next_starved;
        c->starving = 0;
        receive_if_wanted(c);
        close_when_done(c);
    }
}

static void on_completion(const struct io_uring_cqe *cqe)
{
    struct connection *c = (struct connection *)(uintptr_t)(cqe->user_data & ~(uint64_t)OPERATION_MASK);
    switch (cqe->user_data & OPERATION_MASK) {
    case ACCEPT:
        on_accepted(cqe);
        break;
    case RECEIVE:
        on_received(c, cqe);
        break;
    case SEND:
        on_sent(c, cqe->res);
        break;
    default:
        break;
    }
}

static void serve(void)
{
    accept_connections();
    for (;;) {
        ring_enter(&ring, 1, IORING_ENTER_GETEVENTS);
        unsigned head = *ring.cq_head;
        unsigned tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++)
            on_completion(&ring.cqes[head & ring.cq_mask]);
        __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
        buffer_ring_publish(&buffer_ring);
        if (starved)
            resume_starved();
    }
}

static void parse(int argc, char **argv, const char **host, long *port)
{
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--host"))
            *host = value;
        else if (!strcmp(argv[i], "--port"))
            *port = number("--port", value, 0, 65535);
        else if (!strcmp(argv[i], "--buffer-bytes"))
            buffer_bytes = (unsigned)number("--buffer-bytes", value, 64, 1 << 24);
        else if (!strcmp(argv[i], "--buffers"))
            buffer_count = (unsigned)number("--buffers", value, 1, 16384);
        else if (!strcmp(argv[i], "--buffers-max"))
            buffers_max = (unsigned)number("--buffers-max", value, 1, 16384);
        else if (!strcmp(argv[i], "--fixed-files"))
            fixed_files = (int)number("--fixed-files", value, 0, 1);
        else if (!strcmp(argv[i], "--incremental"))
            incremental = (int)number("--incremental", value, 0, 1);
        else {
            fprintf(stderr, "usage: echo_uring [--host ADDRESS] [--port PORT] [--buffer-bytes BYTES] [--buffers COUNT]\n"
                            "                  [--buffers-max COUNT] [--fixed-files 0|1] [--incremental 0|1]\n");
            exit(2);
        }
    }
    if (buffers_max < buffer_count)
        buffers_max = buffer_count;
}

int main(int argc, char **argv)
{
    const char *host = "127.0.0.1";
    long port = 0;
    parse(argc, argv, &host, &port);
    exit_zero_on_termination();
    open_files_to_hard_limit();
    listener_fd = listen_on(host, (int)port, 0);
    ring_open(&ring, 1024, 8192);
    if (fixed_files)
        ring_open_file_table(&ring);
    buffer_ring = buffer_ring_open(&ring, power_of_two_from(buffers_max), 0, incremental ? BUFFERS_CONSUMED_IN_PARTS : 0);
    buffers = calloc(buffers_max, sizeof *buffers);
    if (!buffers)
        die("calloc");
    add_buffers(buffer_count);
    buffer_ring_publish(&buffer_ring);
    announce(listener_fd, host);
    serve();
}
