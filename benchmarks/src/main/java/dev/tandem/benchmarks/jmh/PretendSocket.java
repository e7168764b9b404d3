package dev.tandem.benchmarks.jmh;

import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ManualIoEventLoop;
import java.net.SocketAddress;

/** A socket whose kernel takes every send at once, so that what is measured is Tandem and not the kernel. */
final class PretendSocket implements StreamSocket {

    private final IoEventLoop loop;
    private SocketEvents events;
    private ByteBuf sending;
    private volatile long takenBytes;

    PretendSocket(IoEventLoop loop) {
        this.loop = loop;
    }

    void tell(SocketEvents claimant) {
        events = claimant;
    }

    /** The kernel takes what is being sent, if anything is. */
    void takeAll() {
        while (sending != null) {
            ByteBuf bytes = sending;
            sending = null;
            int count = bytes.readableBytes();
            bytes.skipBytes(count);
            takenBytes += count;
            events.onSent(count);
        }
    }

    /** Bytes taken so far. From any thread. */
    long takenBytes() {
        return takenBytes;
    }

    @Override
    public IoEventLoop loop() {
        return loop;
    }

    @Override
    public SocketAddress localAddress() {
        return null;
    }

    @Override
    public SocketAddress remoteAddress() {
        return null;
    }

    @Override
    public void resumeReceiving() {}

    @Override
    public void pauseReceiving() {}

    @Override
    public void send(ByteBuf bytes) {
        sending = bytes;
        if (!inBenchmark()) {
            loop.execute(this::takeAll);
        }
    }

    /** A benchmark that is itself the loop's thread takes sends when it likes. */
    private boolean inBenchmark() {
        return loop instanceof ManualIoEventLoop;
    }

    @Override
    public boolean sendLoan(ByteBuf loan) {
        return false;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {
        loop.execute(events::onClosed);
    }

    @Override
    public void abort() {
        close();
    }
}
