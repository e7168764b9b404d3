/** The life of one connection. */
package dev.tandem.connection;
