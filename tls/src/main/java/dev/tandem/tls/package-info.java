/**
 * TLS 1.3 and 1.2 as a layer between the sockets of a transport and their connections: {@code listen(9443,
 * Tls.pem(chain, key))}. What is above it, from framing to draining, works as without it.
 *
 * <pre>
 *   transport                    TlsSocket                            connection
 *   onReceived(ciphertext) ----&gt; Incoming --&gt; RecordEngine ---------&gt; onReceived(plaintext)
 *   send(ciphertext)      &lt;----- Outgoing &lt;-- RecordEngine &lt;--------- send(plaintext)
 * </pre>
 *
 * <p>Ciphertext is opened from where the transport lends it, record by record, into one buffer that all connections of a
 * loop share, and lent on from there. Only a record that has not arrived whole is kept. What is sent is sealed into a
 * buffer of its own, as many records as one send holds. A connection on which nothing happens holds neither.
 */
package dev.tandem.tls;
