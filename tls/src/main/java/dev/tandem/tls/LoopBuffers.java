package dev.tandem.tls;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * The buffers that the engines of one loop work in, one after the other. The JDK's engine is fastest on the heap: with
 * direct buffers its ciphers copy in small pieces. OpenSSL needs direct ones.
 */
final class LoopBuffers {

    /** More than any engine asks for, whatever it will need of it. */
    private static final int SEALED_BYTES = 2 * TlsRecord.BYTES_MAX;

    private final boolean onHeap;
    private final Plaintext plaintext;
    private final ByteBuffer arrived;
    private final ByteBuffer sealed;

    LoopBuffers(boolean onHeap) {
        this.onHeap = onHeap;
        this.plaintext = new Plaintext(onHeap);
        this.arrived = onHeap ? ByteBuffer.allocate(TlsRecord.BYTES_MAX) : null;
        this.sealed = onHeap ? ByteBuffer.allocate(SEALED_BYTES) : null;
    }

    boolean onHeap() {
        return onHeap;
    }

    Plaintext plaintext() {
        return plaintext;
    }

    /** The record at the reader index, where an engine can best open it, which may change it. */
    ByteBuffer toOpen(ByteBuf in, int bytes) {
        if (!onHeap) {
            return in.internalNioBuffer(in.readerIndex(), bytes);
        }
        arrived.clear().limit(bytes);
        in.getBytes(in.readerIndex(), arrived);
        return arrived.flip();
    }

    /** Where an engine can best seal a record of so many bytes that is to stand behind those in {@code out}. */
    ByteBuffer toSeal(int bytes, ByteBuf out) {
        if (onHeap) {
            return sealed.clear();
        }
        out.ensureWritable(bytes + TlsRecord.OVERHEAD_BYTES_MAX);
        return out.internalNioBuffer(out.writerIndex(), out.writableBytes());
    }

    /** The engine has sealed so many bytes into {@link #toSeal}: they stand in {@code out} then. */
    void onSealed(ByteBuf out, int bytes) {
        if (onHeap) {
            out.writeBytes(sealed.array(), 0, bytes);
        } else {
            out.writerIndex(out.writerIndex() + bytes);
        }
    }
}
