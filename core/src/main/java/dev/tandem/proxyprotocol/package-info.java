/**
 * The PROXY protocol: the header in which a load balancer tells whom it speaks for
 * (<a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">proxy-protocol.txt</a>, versions 1 and 2).
 *
 * <pre>
 *   load balancer --header, then the client's bytes--&gt; ProxyHeaderEvents --ProxiedSocket--&gt; connection
 *                                                        reads and checks      has the client's address
 * </pre>
 */
package dev.tandem.proxyprotocol;
