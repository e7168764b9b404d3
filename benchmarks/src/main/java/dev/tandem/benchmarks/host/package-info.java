/** What the kernel tells about processes, processors and this host. Reads {@code /proc} and {@code /sys}; depends on nothing. */
package dev.tandem.benchmarks.host;
