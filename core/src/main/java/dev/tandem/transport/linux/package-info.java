/**
 * What the engines of the Linux kernel share: sockets as descriptors, the names of errors, and the parts of a
 * connection's and a listener's life that do not depend on how the kernel reports events. For those engines only; the
 * rest of Tandem sees the boundary in {@link dev.tandem.transport}.
 */
package dev.tandem.transport.linux;
