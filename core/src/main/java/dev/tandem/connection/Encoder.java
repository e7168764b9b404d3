package dev.tandem.connection;

import io.netty.buffer.ByteBuf;

/**
 * Appends messages to bytes that are going to be sent.
 *
 * @param <M> the messages
 */
@FunctionalInterface
public interface Encoder<M> {

    /**
     * Appends {@code message} at {@code out.writerIndex()}. The buffer is a loan for the length of the call: what stands in it
     * before that index is not this encoder's, and it grows as needed. If this throws, whatever was appended is dropped.
     */
    void encode(M message, ByteBuf out);
}
