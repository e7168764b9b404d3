/**
 * The servers under test. Each runs alone in a process of its own, started by {@link
 * dev.tandem.benchmarks.server.ServerMain}, with the same JVM flags, the same backlog and TCP_NODELAY, and answers the
 * same bytes.
 *
 * <pre>
 *   runner --starts--&gt; ServerMain --server NAME --protocol raw|frames
 *      |                   |
 *      |  verdict, counters, gc: lines on standard input and output
 *      |                   |
 *   driver &lt;== TCP ==&gt; EchoServer
 * </pre>
 *
 * <p>Nothing here depends on the rest of the suite, or on any library but the one that a server is made of: one server
 * has a class path of its own.
 */
package dev.tandem.benchmarks.server;
