/* The load driver's command line. */
#ifndef DRIVE_OPTIONS_H
#define DRIVE_OPTIONS_H

#include "drive.h"

__attribute__((noreturn)) static void usage(void)
{
    fputs("usage: drive --port PORT [--mode echo|frames|stream|churn|idle|rate] [options]\n"
          "  echo     each connection sends --depth messages of --size bytes at once, then awaits all replies\n"
          "  frames   the same, each message being a 4-byte big-endian length and --size bytes\n"
          "  stream   blocks of --size bytes (65536) without pause, at most --window bytes (262144) not yet echoed\n"
          "  churn    connect, one message, close by the client; --conns of them at a time\n"
          "  idle     opens --conns connections, one echo each, says so, holds them --seconds (0: until stdin closes)\n"
          "  rate     --rate messages/s in all, sent on schedule; latency counts from the scheduled time\n"
          "options: --host A --conns N --size BYTES --depth N --seconds S --messages N (instead of seconds)\n"
          "         --warmup S --window BYTES --rate N --sources N (127.0.0.2 and up) --timeout S --seed N\n"
          "         --server-pid PID (reads its CPU time) --spin (never sleeps)\n"
          "         --also-pid PID (counts as the server's; for the kernel's threads that send for it)\n"
          "         --resident (keeps the connections; a load for each line WARM_UP SECONDS on standard input)\n"
          "         --engine epoll|uring (uring costs the driver less with small messages; churn, idle: epoll)\n", stderr);
    exit(2);
}

static double positive(const char *option, const char *text, double min, double max)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= min && value <= max)) {
        fprintf(stderr, "drive: --%s must be from %g to %g, but was %s\n", option, min, max, text);
        exit(2);
    }
    return value;
}

static int one_of(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(name, names[i]))
            return i;
    usage();
}

static void set(const char *option, const char *text)
{
#define IS(name) (!strcmp(option, name))
    if (IS("mode")) options.mode = (enum mode)one_of(text, mode_names, 6);
    else if (IS("engine")) options.engine = (enum engine)one_of(text, engine_names, 2);
    else if (IS("host")) options.host = text;
    else if (IS("port")) options.port = (int)positive(option, text, 1, 65535);
    else if (IS("conns")) options.connections = (int)positive(option, text, 1, 1e6);
    else if (IS("size")) options.size = (size_t)positive(option, text, 1, 1 << 26);
    else if (IS("depth")) options.depth = (int)positive(option, text, 1, 1 << 20);
    else if (IS("seconds")) options.seconds = positive(option, text, 0, 1e6);
    else if (IS("messages")) options.messages = (uint64_t)positive(option, text, 1, 1e15);
    else if (IS("warmup")) options.warm_up = positive(option, text, 0, 1e6);
    else if (IS("window")) options.window = (size_t)positive(option, text, 1, 1 << 30);
    else if (IS("rate")) options.rate = positive(option, text, 1, 1e9);
    else if (IS("sources")) options.sources = (int)positive(option, text, 1, 250);
    else if (IS("timeout")) options.timeout = positive(option, text, 0.1, 1e6);
    else if (IS("seed")) options.seed = (uint64_t)positive(option, text, 0, 1e15);
    else if (IS("server-pid")) options.server_pid = (int)positive(option, text, 1, 1 << 30);
    else if (IS("also-pid") && options.also_count < ALSO_PIDS_MAX)
        options.also_pids[options.also_count++] = (int)positive(option, text, 1, 1 << 30);
    else usage();
#undef IS
}

static void parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--spin"))
            options.spin = 1;
        else if (!strcmp(argv[i], "--resident"))
            options.resident = 1;
        else if (!strncmp(argv[i], "--", 2) && i + 1 < argc)
            set(argv[i] + 2, argv[i + 1]), i++;
        else
            usage();
    }
    struct in_addr address;
    if (inet_pton(AF_INET, options.host, &address) != 1) {
        fprintf(stderr, "drive: --host must be an IPv4 address, but was %s\n", options.host);
        exit(2);
    }
    if (!options.port || (options.resident && (options.mode == IDLE || options.mode == RATE)))
        usage();
    if (!options.size)
        options.size = options.mode == STREAM ? 65536 : 64;
    if (options.mode == STREAM || options.mode == RATE || options.mode == CHURN || options.mode == IDLE)
        options.depth = 1;
    if (options.mode == STREAM && options.window < options.size)
        options.window = options.size;
    if (options.mode == CHURN || options.mode == IDLE)
        options.engine = EPOLL;
    if (!options.sources)
        options.sources = options.mode == CHURN ? 64 : options.mode == IDLE ? 1 + options.connections / 20000 : 1;
}

#endif
