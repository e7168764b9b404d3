/* What the load driver measures and prints: where everything stood before and after the load, and what lies between. */
#ifndef DRIVE_RESULTS_H
#define DRIVE_RESULTS_H

#include "drive.h"
#include "histogram.h"
#include "usage.h"

struct snapshot {
    uint64_t nanos, driver_cpu_nanos, server_cpu_nanos, messages, bytes;
    struct usage server;
};

static struct histogram latencies;
static struct snapshot before, after;
static uint64_t all_messages; /* With those before and after what is measured: of the whole load. */

/* Of the server, and of what works for it. */
static uint64_t server_cpu_nanos(void)
{
    uint64_t all = 0, one;
    for (int i = -1; i < options.also_count; i++) {
        int pid = i < 0 ? options.server_pid : options.also_pids[i];
        if (usage_process_nanos(pid, &one) < 0)
            fail("no process %d to read CPU time from", pid);
        all += one;
    }
    return all;
}

static void take_snapshot(struct snapshot *snapshot)
{
    if (options.server_pid && !options.resident && usage_read(&snapshot->server, options.server_pid) < 0)
        fail("no process %d to read CPU time from", options.server_pid);
    if (options.server_pid)
        snapshot->server_cpu_nanos = server_cpu_nanos();
    snapshot->nanos = now_nanos = clock_nanos(CLOCK_MONOTONIC);
    snapshot->driver_cpu_nanos = clock_nanos(CLOCK_THREAD_CPUTIME_ID);
    snapshot->messages = messages;
    snapshot->bytes = bytes;
}

static void print_server(double seconds, double count)
{
    double cpu = (double)(after.server_cpu_nanos - before.server_cpu_nanos);
    printf(" server_cpu_ns_per_msg=%.1f server_cpu_pct=%.1f bytes_per_server_cpu_s=%.0f", count ? cpu / count : 0,
           100 * cpu / (seconds * SECOND), cpu ? (double)(after.bytes - before.bytes) * SECOND / cpu : 0);
}

static void print_server_threads(double seconds, double count)
{
    struct usage_delta used = usage_between(&before.server, &after.server);
    printf(" server_loop_cpu_ns_per_msg=%.1f server_loop_run_delay_pct=%.2f",
           count ? (double)used.loop_cpu_nanos / count : 0, 100 * (double)used.loop_waited_nanos / (seconds * SECOND));
    printf(" server_voluntary_switches=%llu server_involuntary_switches=%llu",
           (unsigned long long)used.voluntary_switches, (unsigned long long)used.involuntary_switches);
    printf(" server_rss_kib=%llu", (unsigned long long)after.server.resident_kib);
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
    printf("mode=%s engine=%s conns=%d size=%zu depth=%d messages=%.0f bytes=%llu seconds=%.6f", mode_names[options.mode],
           engine_names[options.engine], options.connections, options.size, options.depth, count,
           (unsigned long long)(after.bytes - before.bytes), seconds);
    printf(" all_messages=%llu", (unsigned long long)all_messages);
    printf(" msgs_per_s=%.0f bytes_per_s=%.0f", count / seconds, (double)(after.bytes - before.bytes) / seconds);
    if (options.server_pid)
        print_server(seconds, count);
    if (options.server_pid && !options.resident)
        print_server_threads(seconds, count);
    printf(" driver_cpu_ns=%.0f", driver_cpu);
    printf(" driver_cpu_ns_per_msg=%.1f driver_cpu_pct=%.1f client_bound=%d", count ? driver_cpu / count : 0, driver_pct,
           !options.spin && options.mode != RATE && driver_pct > 95);
    if (options.mode == RATE)
        printf(" rate=%.0f rate_achieved=%d", options.rate, count / seconds >= 0.99 * options.rate);
    print_latencies();
    printf(" errors=0\n");
}

#endif
