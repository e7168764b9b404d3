/**
 * Runs servers against each other: what is compared, in which order, what is accepted as a measurement.
 *
 * <pre>
 *   Plan (workloads, contenders, pairs, seconds)
 *     |
 *   Experiment --- Contest, one per workload: starts every server, warms and pins them, then in random order
 *     |              A B C  C B A   A C B  B C A ...
 *     |                |
 *     |              Block: one server, one load, and what disturbed it
 *   Results (JSON, CSV, report)
 * </pre>
 */
package dev.tandem.benchmarks.run;
