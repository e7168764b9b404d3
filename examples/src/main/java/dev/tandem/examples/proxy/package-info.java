/**
 * A TCP proxy in two classes to copy from: for each client a connection to the server behind, on the same loop, and bytes
 * passed on in both directions as fast as the slower end takes them.
 *
 * <pre>
 *   client --&gt; near connection --onBytes--&gt; far.write ----&gt; server behind
 *                    near.write &lt;--onBytes-- far connection
 * </pre>
 */
package dev.tandem.examples.proxy;
