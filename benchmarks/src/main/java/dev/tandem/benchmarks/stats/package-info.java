/** What a set of measurements says and what it does not. Pure functions over numbers. */
package dev.tandem.benchmarks.stats;
