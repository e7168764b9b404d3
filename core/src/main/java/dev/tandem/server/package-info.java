/** The server that owns listeners and connections. */
package dev.tandem.server;
