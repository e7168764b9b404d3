/** The readiness engine: TCP on Linux through epoll. */
package dev.tandem.transport.epoll;
