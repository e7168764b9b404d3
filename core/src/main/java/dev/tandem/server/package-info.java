/**
 * The door: listeners, the choice of the transport, limits, deadlines, and the end of a server's life. Knows all the other
 * packages, and none of them knows it.
 */
package dev.tandem.server;
