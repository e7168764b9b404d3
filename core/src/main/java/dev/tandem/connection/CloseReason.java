package dev.tandem.connection;

import dev.tandem.transport.TransportException;

/**
 * Why a connection ended. One vocabulary from the kernel to the handler, the log and the counters. Where several things
 * happen, the first one counts; but an orderly end that could not be delivered counts as what prevented it.
 */
public enum CloseReason {
    /** The peer finished sending, and everything for it was delivered. */
    PEER_CLOSED,
    /** The peer reset the connection, or was gone when something was sent to it. */
    PEER_RESET,
    /** The network gave up: the peer no longer acknowledged, or there is no way to it. */
    NETWORK_FAILED,
    /** The application closed it. */
    CLOSED,
    /** The application aborted it. */
    ABORTED,
    /** A connection asked for was not made: refused, unreachable, or of an unknown name. */
    CONNECT_FAILED,
    /** A connection asked for was not made in time: nobody answered, or the name was not found by then. */
    CONNECT_TIMEOUT,
    /** Nothing was received or sent for the idle timeout. */
    IDLE_TIMEOUT,
    /** The peer connected and sent nothing for the first-byte timeout. */
    FIRST_BYTE_TIMEOUT,
    /** A frame was begun and not completed within the frame timeout. */
    FRAME_TIMEOUT,
    /** The peer sent, or announced, more than one frame may have. */
    FRAME_TOO_LARGE,
    /** The peer sent bytes that are no frame, or a frame that is no message. */
    BAD_FRAME,
    /** Bytes waited to be sent and the peer took none of them for the write timeout. */
    WRITE_STALLED,
    /** More bytes were waiting to be sent than one connection may have. */
    OUTBOUND_OVERFLOW,
    /** The server held more bytes than its budget, and this connection held the most of them. */
    BUDGET_EXCEEDED,
    /** The peer's bytes ended without TLS's word that they are complete: some may be missing. */
    TRUNCATED,
    /** After TLS was established the peer broke its rules: bytes that are not authentic, or a renegotiation. */
    TLS_FAILED,
    /** TLS was not established: a bad certificate, no common cipher, plain text, or too slow. */
    HANDSHAKE_FAILED,
    /** The PROXY header of a load balancer was missing, malformed or late, or its sender is not trusted to send one. */
    BAD_PROXY_HEADER,
    /** The application's handler threw. */
    HANDLER_FAILED,
    /** A limit of the server refused it: connections in all, per address, or per second. */
    LIMIT,
    /** The server drained, and this connection had nothing left to do. */
    DRAINED,
    /** The server drained, and this connection was not finished at the deadline. */
    DRAIN_DEADLINE;

    /** What a failure of the transport means for the connection. */
    static CloseReason of(TransportException failure) {
        return switch (failure.errno()) {
            case "ECONNRESET", "EPIPE", "ENOTCONN" -> PEER_RESET;
            case "EBADMSG" -> TLS_FAILED;
            default -> NETWORK_FAILED;
        };
    }

    /** Whether nothing was wrong: somebody had finished, and the other agreed. */
    boolean isOrderly() {
        return this == PEER_CLOSED || this == CLOSED || this == DRAINED;
    }
}
