package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.netty.TandemChannel;
import dev.tandem.server.TcpServer;
import dev.tandem.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of what a pipeline writes: bytes, promises and writability. */
@OnBothTransports
class NettyWritesTest extends NettyEndToEnd {

    private static final int PIECE_BYTES = 64 << 10;

    /** More than the kernel's buffers hold, and less than the bound on what a connection may have unsent. */
    private static final int PIECES = 120;

    /** Counts how promises end, each time that one does. */
    private final AtomicInteger sent = new AtomicInteger();

    private final AtomicInteger failed = new AtomicInteger();

    private void count(ChannelFuture future) {
        (future.isSuccess() ? sent : failed).incrementAndGet();
        if (!future.isSuccess()) {
            assertThat(future.cause()).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Writes only what the test tells it to, and may have much unsent. */
    private TcpServer startSilent() {
        return startPipeline(
                builder -> builder.connectionLimits(limits -> limits.withOutbound(64 << 10, 64 << 20)), channel -> {});
    }

    /** Writes more than the peer, which does not read, and the kernel take; returns when nothing goes on any more. */
    private void writeMuch(TcpServer server, TandemChannel channel) throws InterruptedException {
        onLoop(channel, () -> {
            for (int i = 0; i < PIECES; i++) {
                channel.write(channel.alloc().buffer(PIECE_BYTES).writeZero(PIECE_BYTES))
                        .addListener(future -> count((ChannelFuture) future));
            }
            channel.flush();
        });
        awaitHalt(channel, "sending", server::sentBytes);
    }

    @Test
    void aPromiseSucceedsWhenTheKernelHasTakenItsBytesAndNotBefore() throws Exception {
        TcpServer server = startSilent();
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        writeMuch(server, channel);

        assertThat(failed).hasValue(0);
        assertThat(sent).hasValueBetween(1, PIECES - 1);
        assertThat((long) sent.get() * PIECE_BYTES).isLessThanOrEqualTo(server.sentBytes());
        assertThat(channel.isWritable()).isFalse();
        peer.receive(PIECES * PIECE_BYTES);
        Await.value("promises", PIECES, sent::get);
        onLoop(channel, () -> assertThat(channel.isWritable()).isTrue());
    }

    @Test
    void aCloseFailsEveryWriteInFlightOnce() throws Exception {
        TcpServer server = startSilent();
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        writeMuch(server, channel);
        onLoop(channel, () -> {
            channel.close();
            // What was flushed still has its second, but this has not.
            ChannelFuture late = channel.writeAndFlush(text("too late"));
            assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
        });

        assertThat(channel.closeFuture().await(Await.PATIENCE.toMillis())).isTrue();
        onLoop(channel, () -> assertThat(sent.get() + failed.get()).isEqualTo(PIECES));
        assertThat(failed).hasPositiveValue();
        assertThat(peer.receiveToEnd().length).isGreaterThanOrEqualTo(sent.get() * PIECE_BYTES);
        assertThat(sent.get() + failed.get()).isEqualTo(PIECES);
    }

    @Test
    void aResetFailsEveryWriteInFlightOnce() throws Exception {
        TcpServer server = startSilent();
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        writeMuch(server, channel);
        peer.reset();

        assertThat(channel.closeFuture().await(Await.PATIENCE.toMillis())).isTrue();
        onLoop(channel, () -> assertThat(sent.get() + failed.get()).isEqualTo(PIECES));
        assertThat(failed).hasPositiveValue();
        awaitClosed(server, CloseReason.PEER_RESET, 1);
    }

    @Test
    void aCloseDeliversWhatWasFlushedAndFailsWhatWasNot() throws Exception {
        TcpServer server = startPipeline(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.writeAndFlush(message).addListener(future -> events.add(outcome((ChannelFuture) future)));
                context.write(text("not flushed")).addListener(future -> events.add(outcome((ChannelFuture) future)));
                context.close().addListener(future -> events.add("end"));
            }
        });
        Peer peer = connect(server);
        peer.send("flushed");

        assertThat(peer.receiveToEnd()).asString().isEqualTo("flushed");
        Await.value("events", 3, events::size);
        assertThat(events).containsExactly("sent", "end", "closed");
        peer.close();
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void aCloseDeliversWhatWasFlushedAlsoFromALoopThatStoodStill() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        byte[] much = new byte[PIECES * PIECE_BYTES];
        onLoop(channel, () -> {
            channel.writeAndFlush(Unpooled.wrappedBuffer(much));
            channel.close();
            // For longer than a close waits: the loop has yet to hear of what the peer takes meanwhile.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_200));
        });

        assertThat(peer.receiveToEnd()).hasSize(much.length);
        awaitClosed(server, CloseReason.CLOSED, 1);
    }

    @Test
    void aCloseDoesNotWaitForEmptyMessages() throws Exception {
        TcpServer server = startPipeline(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ((ByteBuf) message).release();
                context.writeAndFlush(Unpooled.EMPTY_BUFFER);
                context.close();
                context.executor()
                        .execute(() -> events.add("open: " + context.channel().isOpen()));
            }
        });
        Peer peer = connect(server);
        peer.send("x");

        assertThat(peer.receiveToEnd()).isEmpty();
        Await.value("events", 1, events::size);
        assertThat(events).containsExactly("open: false");
    }

    @Test
    void aListenerOfAPromiseMayClose() throws Exception {
        TcpServer server = startPipeline(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.write(((ByteBuf) message).retainedSlice(0, 1)).addListener(sent -> context.close());
                context.writeAndFlush(message).addListener(future -> events.add(outcome((ChannelFuture) future)));
            }
        });
        Peer peer = connect(server);
        peer.send("1234").finishSending();

        assertThat(peer.receiveToEnd()).asString().isEqualTo("11234");
        assertThat(events).containsExactly("sent");
    }

    @Test
    void whatIsFlushedDuringAReadIsSentAtOnce() throws Exception {
        TcpServer server = startPipeline(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                while (bytes.isReadable()) {
                    context.writeAndFlush(bytes.readRetainedSlice(1));
                }
                bytes.release();
            }
        });
        Peer peer = connect(server);
        for (int round = 0; round < 50; round++) {
            assertThat(peer.send("0123456789").receiveSome(new byte[100])).isEqualTo(10);
        }
    }

    @Test
    void writabilityFollowsTheMarksOfTheChannel() throws Exception {
        TcpServer server = startPipeline(channel -> {
            channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1_000, 2_000));
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelWritabilityChanged(ChannelHandlerContext context) {
                    events.add(channel.isWritable() ? "writable" : "not writable");
                }
            });
        });
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        onLoop(channel, () -> channel.write(Unpooled.wrappedBuffer(new byte[3_000])));

        assertThat(events).containsExactly("not writable");
        channel.flush();
        peer.receive(3_000);
        Await.value("events", 2, events::size);
        assertThat(events).containsExactly("not writable", "writable");
    }

    @Test
    void messagesOfEveryKindArriveWholeAndInOrder(@TempDir Path directory) throws Exception {
        byte[] content = new byte[3 << 20];
        new RandomStream(11).next(content, content.length);
        Path file = Files.write(directory.resolve("file"), content);
        Peer peer = connect(startSilent());
        TandemChannel channel = nextChannel();
        List<ChannelFuture> writes = new ArrayList<>();
        onLoop(channel, () -> {
            writes.add(channel.write(Unpooled.EMPTY_BUFFER));
            writes.add(channel.write(Unpooled.wrappedBuffer(content)));
            writes.add(
                    channel.write(channel.alloc().directBuffer(content.length).writeBytes(content)));
            writes.add(channel.write(Unpooled.EMPTY_BUFFER));
            writes.add(channel.write(new DefaultFileRegion(file.toFile(), 1_000, content.length - 1_000)));
            writes.add(channel.write(composite(channel.alloc(), content)));
            writes.add(channel.write(new DefaultFileRegion(file.toFile(), 0, 10)));
            writes.add(channel.writeAndFlush(text("end")));
        });
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.write(content);
        expected.write(content);
        expected.write(content, 1_000, content.length - 1_000);
        expected.write(content);
        expected.write(content, 0, 10);
        expected.writeBytes("end".getBytes());

        assertThat(peer.receive(expected.size())).isEqualTo(expected.toByteArray());
        for (ChannelFuture write : writes) {
            assertThat(write.await(Await.PATIENCE.toMillis())).isTrue();
            assertThat(write.isSuccess()).isTrue();
        }
    }

    private static ByteBuf composite(ByteBufAllocator allocator, byte[] content) {
        int half = content.length / 2;
        return allocator
                .compositeBuffer()
                .addComponent(true, Unpooled.wrappedBuffer(content, 0, half))
                .addComponent(true, Unpooled.wrappedBuffer(content, half, content.length - half));
    }

    @Test
    void aFileThatIsShorterThanItsRegionEndsTheChannel(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "short");
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        ChannelFuture write = nextChannel().writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 10));

        assertThat(write.await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(write.cause()).isInstanceOf(IOException.class);
        assertThat(peer.receiveToEnd()).asString().isEqualTo("short");
    }

    @Test
    void aFileThatCannotBeReadFailsItsWriteAtOnce(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("empty"));
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        onLoop(channel, () -> {
            ChannelFuture write = channel.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, 10));

            assertThat(write.cause()).isInstanceOf(IOException.class);
            assertThat(channel.isOpen()).isFalse();
        });
        assertThat(peer.receiveToEnd()).isEmpty();
    }

    @Test
    void aCancelledWriteIsNotSent() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        onLoop(channel, () -> {
            channel.write(text("a"));
            assertThat(channel.write(text("b")).cancel(false)).isTrue();
            channel.write(text("c"));
            channel.flush();
            assertThat(channel.write(text("d")).cancel(false)).isTrue();
            channel.flush();
        });
        channel.writeAndFlush(text("e"));

        assertThat(peer.receiveText(3)).isEqualTo("ace");
    }

    @Test
    void whatIsNoBytesIsRefused() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        connect(server);
        ChannelFuture write = nextChannel().writeAndFlush("text");

        assertThat(write.await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(write.cause())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Does the pipeline lack an encoder?");
    }

    @Test
    void whatIsWrittenBeyondTheBoundAbortsTheConnection() throws Exception {
        TcpServer server = startPipeline(
                builder -> builder.connectionLimits(limits -> limits.withOutbound(10_000, 100_000)), channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        List<ChannelFuture> writes = new ArrayList<>();
        onLoop(channel, () -> {
            for (int i = 0; i < 30; i++) {
                writes.add(channel.write(channel.alloc().buffer(10_000).writeZero(10_000)));
            }
        });

        assertThat(peer.seesReset()).isTrue();
        assertThat(channel.closeFuture().await(Await.PATIENCE.toMillis())).isTrue();
        onLoop(channel, () -> {});
        assertThat(writes).allSatisfy(write -> assertThat(write.cause()).isInstanceOf(ClosedChannelException.class));
        awaitClosed(server, CloseReason.OUTBOUND_OVERFLOW, 1);
    }

    @Test
    void aPeerThatReadsNothingIsNotReadForLong() throws Exception {
        SimpleChannelInboundHandler<ByteBuf> answers = new ThousandTimes();
        // Few requests at a time, because all of those are answered.
        TransportConfig few = new TransportConfig(1_024, true);
        TcpServer server = startPipeline(
                builder -> builder.transportConfig(few),
                channel -> channel.pipeline().addLast(answers));
        Peer peer = closeAfterwards(Peer.connectWithSmallWindow(server.port()));
        TandemChannel channel = nextChannel();
        int requests = 20_000;
        Thread sender = new Thread(() -> sendByteByByte(peer, requests));
        sender.start();
        awaitHalt(channel, "reading", server::receivedBytes);

        assertThat(server.receivedBytes()).isLessThan(requests);
        assertThat(channel.isOpen()).isTrue();
        assertThat(peer.receive(requests * 1_000)).hasSize(requests * 1_000);
        sender.join();
    }

    /** Answers each byte with a thousand. */
    @Sharable
    private static final class ThousandTimes extends SimpleChannelInboundHandler<ByteBuf> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
            for (int i = 0; i < request.readableBytes(); i++) {
                context.writeAndFlush(context.alloc().buffer(1_000).writeZero(1_000));
            }
        }
    }

    private static void sendByteByByte(Peer peer, int count) {
        try {
            for (int i = 0; i < count; i++) {
                peer.send("?");
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void manyThreadsMayWrite() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 1_000; i++) {
                    channel.writeAndFlush(text("0123456789")).addListener(future -> count((ChannelFuture) future));
                }
            });
            thread.start();
            threads.add(thread);
        }

        assertThat(peer.receiveText(40_000)).isEqualTo("0123456789".repeat(4_000));
        Await.value("promises", 4_000, sent::get);
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
