/* A minimal io_uring on raw system calls: setup, submission entries, one enter per loop, a provided buffer ring. */
#ifndef RING_H
#define RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the oldest kernel headers this builds with. Enumerators are repeated under own names. */
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY (1U << 16)
#endif
#ifndef IORING_CQE_F_BUF_MORE
#define IORING_CQE_F_BUF_MORE (1U << 4)
#endif
#ifndef IORING_FEAT_MIN_TIMEOUT
#define IORING_FEAT_MIN_TIMEOUT (1U << 15)
#endif
enum { BUFFERS_CONSUMED_IN_PARTS = 2 /* IOU_PBUF_RING_INC, 6.12 */ };

struct ring {
    int fd;
    unsigned enter_fd, enter_flags, features;
    unsigned *sq_head, *sq_tail, sq_mask, sq_entries, sq_filled, sq_submitted;
    unsigned *cq_head, *cq_tail, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

struct buffer_ring {
    struct io_uring_buf_ring *shared;
    unsigned mask;
    uint16_t tail;
};

static inline void ring_die(const char *what)
{
    const char *next_step = "";
    if (errno == EPERM)
        next_step = ". Likely cause: io_uring is disabled (kernel.io_uring_disabled) or blocked by seccomp";
    else if (errno == EINVAL)
        next_step = ". Likely cause: the kernel is older than 6.1";
    fprintf(stderr, "%s failed: %s%s.\n", what, strerror(errno), next_step);
    exit(1);
}

static inline void *ring_map(struct ring *ring, size_t bytes, off_t offset)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, offset);
    if (at == MAP_FAILED)
        ring_die("mmap of the ring");
    return at;
}

static inline void ring_map_queues(struct ring *ring, const struct io_uring_params *p, int has_index_array)
{
    size_t cq_bytes = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
    size_t sq_bytes = has_index_array ? p->sq_off.array + p->sq_entries * sizeof(unsigned) : cq_bytes;
    char *queues = ring_map(ring, sq_bytes > cq_bytes ? sq_bytes : cq_bytes, IORING_OFF_SQ_RING);
    ring->sq_head = (unsigned *)(queues + p->sq_off.head);
    ring->sq_tail = (unsigned *)(queues + p->sq_off.tail);
    ring->sq_entries = p->sq_entries;
    ring->sq_mask = p->sq_entries - 1;
    ring->cq_head = (unsigned *)(queues + p->cq_off.head);
    ring->cq_tail = (unsigned *)(queues + p->cq_off.tail);
    ring->cq_mask = p->cq_entries - 1;
    ring->cqes = (struct io_uring_cqe *)(queues + p->cq_off.cqes);
    ring->sqes = ring_map(ring, p->sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    if (has_index_array)
        for (unsigned i = 0; i < p->sq_entries; i++)
            ((unsigned *)(queues + p->sq_off.array))[i] = i;
}

static inline int ring_register(struct ring *ring, unsigned what, void *argument, unsigned count)
{
    return (int)syscall(__NR_io_uring_register, ring->fd, what, argument, count);
}

/* The thread that opens the ring must be the one that uses it (SINGLE_ISSUER). */
static inline void ring_open(struct ring *ring, unsigned entries, unsigned completions)
{
    unsigned flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                     IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE;
    struct io_uring_params params = {.flags = flags | IORING_SETUP_NO_SQARRAY, .cq_entries = completions};
    memset(ring, 0, sizeof *ring);
    ring->fd = (int)syscall(__NR_io_uring_setup, entries, &params);
    if (ring->fd < 0 && errno == EINVAL) {
        params = (struct io_uring_params){.flags = flags, .cq_entries = completions};
        ring->fd = (int)syscall(__NR_io_uring_setup, entries, &params);
    }
    if (ring->fd < 0)
        ring_die("io_uring_setup");
    ring->features = params.features;
    ring_map_queues(ring, &params, !(params.flags & IORING_SETUP_NO_SQARRAY));
    struct io_uring_rsrc_update update = {.offset = ~0U, .data = (uint64_t)ring->fd};
    if (ring_register(ring, IORING_REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = update.offset;
        ring->enter_flags = IORING_ENTER_REGISTERED_RING;
    } else {
        ring->enter_fd = (unsigned)ring->fd;
    }
}

/* Submits what is filled in and waits for wait_for completions. An interrupted wait returns as if satisfied. */
static inline void ring_enter(struct ring *ring, unsigned wait_for, unsigned flags)
{
    unsigned to_submit = ring->sq_filled - ring->sq_submitted;
    __atomic_store_n(ring->sq_tail, ring->sq_filled, __ATOMIC_RELEASE);
    long submitted = syscall(__NR_io_uring_enter, ring->enter_fd, to_submit, wait_for, flags | ring->enter_flags, NULL, 0);
    if (submitted >= 0)
        ring->sq_submitted += (unsigned)submitted;
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY)
        ring_die("io_uring_enter");
}

/* The same, waiting for one completion at most this long. */
static inline void ring_enter_until(struct ring *ring, uint64_t wait_nanos)
{
    struct __kernel_timespec timeout = {(int64_t)(wait_nanos / 1000000000), (long long)(wait_nanos % 1000000000)};
    struct io_uring_getevents_arg argument = {.ts = (uintptr_t)&timeout};
    unsigned to_submit = ring->sq_filled - ring->sq_submitted;
    __atomic_store_n(ring->sq_tail, ring->sq_filled, __ATOMIC_RELEASE);
    long submitted = syscall(__NR_io_uring_enter, ring->enter_fd, to_submit, wait_nanos ? 1 : 0,
                             ring->enter_flags | IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument, sizeof argument);
    if (submitted >= 0)
        ring->sq_submitted += (unsigned)submitted;
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY && errno != ETIME)
        ring_die("io_uring_enter");
}

static inline struct io_uring_sqe *ring_sqe(struct ring *ring)
{
    while (ring->sq_filled - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) == ring->sq_entries)
        ring_enter(ring, 0, 0);
    struct io_uring_sqe *sqe = &ring->sqes[ring->sq_filled++ & ring->sq_mask];
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

/* Lets accepted sockets live in the ring alone, without a descriptor and its reference count per operation. */
static inline void ring_open_file_table(struct ring *ring)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    struct io_uring_rsrc_register table = {
        .nr = limit.rlim_cur < 1 << 20 ? (unsigned)limit.rlim_cur : 1 << 20, .flags = IORING_RSRC_REGISTER_SPARSE};
    if (ring_register(ring, IORING_REGISTER_FILES2, &table, sizeof table) < 0)
        ring_die("io_uring_register(FILES2)");
}

static inline unsigned power_of_two_from(unsigned least)
{
    unsigned power = 1;
    while (power < least)
        power *= 2;
    return power;
}

static inline struct buffer_ring buffer_ring_open(struct ring *ring, unsigned entries, uint16_t group, uint16_t flags)
{
    struct buffer_ring buffers = {.mask = entries - 1};
    size_t bytes = entries * sizeof(struct io_uring_buf);
    buffers.shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE | MAP_POPULATE, -1, 0);
    if (buffers.shared == MAP_FAILED)
        ring_die("mmap of the buffer ring");
    /* The flags field was called pad before it had a meaning. */
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)buffers.shared, .ring_entries = entries, .bgid = group, .pad = flags};
    if (ring_register(ring, IORING_REGISTER_PBUF_RING, &registration, 1) < 0)
        ring_die("io_uring_register(PBUF_RING)");
    return buffers;
}

static inline void buffer_ring_add(struct buffer_ring *buffers, char *at, unsigned length, uint16_t id)
{
    struct io_uring_buf *entry = (struct io_uring_buf *)buffers->shared + (buffers->tail++ & buffers->mask);
    entry->addr = (uintptr_t)at;
    entry->len = length;
    entry->bid = id;
}

/* Makes everything added so far visible to the kernel. */
static inline void buffer_ring_publish(struct buffer_ring *buffers)
{
    __atomic_store_n(&buffers->shared->tail, buffers->tail, __ATOMIC_RELEASE);
}

#endif
