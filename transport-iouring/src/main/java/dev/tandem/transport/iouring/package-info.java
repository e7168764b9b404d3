/** The completion engine: TCP on Linux through io_uring. */
package dev.tandem.transport.iouring;
