/**
 * RESP, the Redis serialization protocol, versions 2 and 3: requests are read in place, replies are written in place.
 * This package knows no command, no store and no socket.
 *
 * <pre>
 *   received bytes --&gt; RespReader --&gt; arguments: views into the received bytes
 *   replies        --&gt; RespWriter --&gt; bytes of the outbound buffer
 * </pre>
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">the protocol's specification</a>
 */
package dev.tandem.examples.kv.resp;
