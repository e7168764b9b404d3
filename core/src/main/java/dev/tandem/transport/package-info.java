/** The boundary between the kernel engines and everything above them. */
package dev.tandem.transport;
