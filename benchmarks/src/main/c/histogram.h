/* Counts of nanoseconds in logarithmic buckets, 64 per power of two: a reported value is at most 1.6 % too high. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SUB_BITS = 6, HISTOGRAM_BUCKETS = (64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS };

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS], total, sum, max;
};

static inline void histogram_add(struct histogram *histogram, uint64_t nanos)
{
    unsigned shift = 0;
    if (nanos >> HISTOGRAM_SUB_BITS)
        shift = 63 - (unsigned)__builtin_clzll(nanos) - HISTOGRAM_SUB_BITS + 1;
    uint64_t index = ((uint64_t)shift << HISTOGRAM_SUB_BITS) + (nanos >> shift);
    histogram->counts[index]++;
    histogram->total++;
    histogram->sum += nanos;
    if (nanos > histogram->max)
        histogram->max = nanos;
}

/* The upper end of the bucket that holds the given share (0 to 1) of all values. */
static inline uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
    uint64_t rank = (uint64_t)(share * (double)histogram->total + 0.5), seen = 0;
    for (uint64_t index = 0; index < HISTOGRAM_BUCKETS; index++) {
        seen += histogram->counts[index];
        if (seen >= rank && histogram->counts[index]) {
            uint64_t shift = index >> HISTOGRAM_SUB_BITS;
            uint64_t upper = (((index - (shift << HISTOGRAM_SUB_BITS)) + 1) << shift) - 1;
            return upper < histogram->max ? upper : histogram->max;
        }
    }
    return histogram->max;
}

#endif
