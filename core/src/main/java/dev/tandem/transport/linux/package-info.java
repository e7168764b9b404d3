/** What the two Linux transports share. */
package dev.tandem.transport.linux;
