/**
 * Measures both engines against blocking servers and other frameworks, on the user's own host.
 *
 * <pre>
 *   Main (the command line) --- run (servers against each other) --- result --- report, stats
 *                                 |            |
 *                              server        driver        child processes
 *   jmh (components, and whole servers for JMH)
 * </pre>
 */
package dev.tandem.benchmarks;
