/** Framing: bytes in, messages out. */
package dev.tandem.codec;
