/* What the kernel has accounted to a process so far, thread by thread, from /proc. */
#ifndef USAGE_H
#define USAGE_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USAGE_THREADS_MAX = 20000 };

struct thread_usage {
    int id;
    uint64_t cpu_nanos, waited_nanos, voluntary_switches, involuntary_switches;
};

struct usage {
    int count;
    uint64_t resident_kib;
    struct thread_usage threads[USAGE_THREADS_MAX];
};

/* CPU time of all threads, those that have ended included, up to this moment. Returns 0, or -1 when the process is gone. */
static inline int usage_process_nanos(int pid, uint64_t *nanos)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &time))
        return -1;
    *nanos = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
    return 0;
}

/* The difference of two usages. The loop is the thread that used the most CPU time in between. */
struct usage_delta {
    uint64_t cpu_nanos, loop_cpu_nanos, loop_waited_nanos, voluntary_switches, involuntary_switches;
};

static inline size_t usage_file(char *text, size_t size, int pid, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    size_t length = fread(text, 1, size - 1, file);
    fclose(file);
    text[length] = 0;
    return length;
}

static inline uint64_t usage_field(const char *text, const char *label)
{
    const char *at = strstr(text, label);
    return at ? strtoull(at + strlen(label), NULL, 10) : 0;
}

static inline void usage_thread(struct thread_usage *thread, int pid)
{
    char text[4096], name[64];
    snprintf(name, sizeof name, "task/%d/schedstat", thread->id);
    if (usage_file(text, sizeof text, pid, name)) {
        char *end;
        thread->cpu_nanos = strtoull(text, &end, 10);
        thread->waited_nanos = strtoull(end, NULL, 10);
    }
    snprintf(name, sizeof name, "task/%d/status", thread->id);
    if (usage_file(text, sizeof text, pid, name)) {
        thread->voluntary_switches = usage_field(text, "\nvoluntary_ctxt_switches:");
        thread->involuntary_switches = usage_field(text, "\nnonvoluntary_ctxt_switches:");
    }
}

/* Returns 0, or -1 when the process is gone. */
static inline int usage_read(struct usage *usage, int pid)
{
    char text[4096];
    snprintf(text, sizeof text, "/proc/%d/task", pid);
    DIR *tasks = opendir(text);
    memset(usage, 0, sizeof *usage);
    if (!tasks)
        return -1;
    for (struct dirent *entry; usage->count < USAGE_THREADS_MAX && (entry = readdir(tasks));) {
        if (entry->d_name[0] == '.')
            continue;
        struct thread_usage *thread = &usage->threads[usage->count++];
        thread->id = atoi(entry->d_name);
        usage_thread(thread, pid);
    }
    closedir(tasks);
    if (usage_file(text, sizeof text, pid, "status"))
        usage->resident_kib = usage_field(text, "\nVmRSS:");
    return 0;
}

static inline struct usage_delta usage_between(const struct usage *before, const struct usage *after)
{
    struct usage_delta delta = {0};
    for (int i = 0; i < after->count; i++) {
        const struct thread_usage *now = &after->threads[i], none = {0}, *then = &none;
        for (int j = 0; j < before->count; j++)
            if (before->threads[j].id == now->id)
                then = &before->threads[j];
        uint64_t cpu_nanos = now->cpu_nanos - then->cpu_nanos;
        delta.cpu_nanos += cpu_nanos;
        delta.voluntary_switches += now->voluntary_switches - then->voluntary_switches;
        delta.involuntary_switches += now->involuntary_switches - then->involuntary_switches;
        if (cpu_nanos > delta.loop_cpu_nanos) {
            delta.loop_cpu_nanos = cpu_nanos;
            delta.loop_waited_nanos = now->waited_nanos - then->waited_nanos;
        }
    }
    return delta;
}

#endif
