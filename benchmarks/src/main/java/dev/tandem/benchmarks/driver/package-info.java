/**
 * The load driver: one thread, JDK channels, every reply compared byte for byte with what was sent. It shares no code with
 * the transports it measures.
 *
 * <pre>
 *   Script (the endless stream of expected bytes)
 *      |  same bytes out and in
 *   Link (one connection: due, sent, received) --- Load (the selector loop) --- LoadResult
 *      |
 *   Pace (when the next bytes are due: on a reply, on a schedule, ...)
 * </pre>
 *
 * <p>It takes the options and prints the result line of the driver in {@code src/main/c}, so that either can be used.
 */
package dev.tandem.benchmarks.driver;
