/*
 * The bytes the load driver sends and expects back: an endless repetition of one random block. A position in the stream
 * fixes the byte, so a lost, doubled, moved or changed byte is found by one memcmp per receive. The block is small enough
 * to stay in the cache.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    unsigned char *bytes;
    size_t period, unit;
};

static inline uint64_t mix(uint64_t counter)
{
    uint64_t z = counter * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/* Any range of up to contiguous bytes may be read from any position below period without wrapping. */
static inline struct pattern pattern_make(size_t payload, int length_prefix, size_t contiguous, uint64_t seed)
{
    size_t unit = payload + (length_prefix ? 4 : 0);
    /* An odd count of units that is no divisor of 64 KiB keeps whole lost blocks from passing unnoticed. */
    size_t units = 65536 / unit < 17 ? 17 : (65536 / unit) | 1;
    struct pattern pattern = {.unit = unit, .period = units * unit};
    size_t total = pattern.period + contiguous;
    pattern.bytes = malloc(total);
    if (!pattern.bytes)
        abort();
    for (size_t i = 0; i < pattern.period; i++)
        pattern.bytes[i] = (unsigned char)mix(seed * 0x100000001ULL + i + 1);
    for (size_t i = 0; length_prefix && i < pattern.period; i += unit) {
        pattern.bytes[i] = (unsigned char)(payload >> 24);
        pattern.bytes[i + 1] = (unsigned char)(payload >> 16);
        pattern.bytes[i + 2] = (unsigned char)(payload >> 8);
        pattern.bytes[i + 3] = (unsigned char)payload;
    }
    for (size_t i = pattern.period; i < total; i++)
        pattern.bytes[i] = pattern.bytes[i - pattern.period];
    return pattern;
}

/* Every connection starts somewhere else, so that replies sent to the wrong connection are found. */
static inline size_t pattern_start(const struct pattern *pattern, uint64_t connection, int on_unit)
{
    size_t start = mix(connection + 0x1234567) % pattern->period;
    return on_unit ? start / pattern->unit * pattern->unit : start;
}

static inline size_t pattern_advance(const struct pattern *pattern, size_t cursor, size_t count)
{
    cursor += count;
    while (cursor >= pattern->period)
        cursor -= pattern->period;
    return cursor;
}

#endif
