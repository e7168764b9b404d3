package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.netty.TandemChannel;
import dev.tandem.server.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a pipeline is given to read, when, and how it hears of the end. */
@OnBothTransports
class NettyReadsTest extends NettyEndToEnd {

    /** Notes everything that is read. */
    private class Notes extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                events.add(bytes.toString(StandardCharsets.US_ASCII));
                bytes.release();
            } else {
                events.add(message.toString());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                events.add("input ended");
            } else if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                events.add("all was read");
            } else if (event == ChannelOutputShutdownEvent.INSTANCE) {
                events.add("output ended");
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("inactive");
        }
    }

    @Test
    void aDecoderPutsSegmentsOfOneByteTogether() throws Exception {
        TcpServer server = startPipeline(channel ->
                channel.pipeline().addLast(new LineBasedFrameDecoder(100), new StringDecoder(), new Notes()));
        Peer peer = connect(server);
        for (char each : "first\nsecond\nthird\n".toCharArray()) {
            peer.send(String.valueOf(each));
        }

        Await.value("lines", 3, events::size);
        assertThat(events).containsExactly("first", "second", "third");
    }

    @Test
    void whatAHandlerKeepsStaysWhatItWas() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private ByteBuf kept;

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (kept != null) {
                    context.writeAndFlush(kept);
                }
                kept = (ByteBuf) message;
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                kept.release();
            }
        }));
        Peer peer = connect(server);
        peer.send("first");
        Await.value("received bytes", 5, server::receivedBytes);
        peer.send("second");

        assertThat(peer.receiveText(5)).isEqualTo("first");
    }

    @Test
    void withoutAutoReadEachReadBringsOneMessage() throws Exception {
        TcpServer server = startPipeline(builder -> builder.loops(1), channel -> {
            channel.config().setAutoRead(false);
            channel.pipeline().addLast(new Notes());
        });
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        for (int round = 1; round <= 20; round++) {
            peer.send("bytes");
            awaitAnotherConnectionOfTheLoop(server);
            assertThat(events).hasSize(round - 1);
            channel.read();
            Await.value("messages", round, events::size);
        }
    }

    /** When a later connection of the same loop is there, the loop has passed over what it must not read. */
    private void awaitAnotherConnectionOfTheLoop(TcpServer server) throws InterruptedException {
        connect(server);
        nextChannel();
    }

    @Test
    void autoReadMayBeSwitchedByAnyThread() throws Exception {
        TcpServer server = startPipeline(
                builder -> builder.loops(1), channel -> channel.pipeline().addLast(new Notes()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        for (int round = 1; round <= 20; round++) {
            // The opening of the channel, and each read after it, ends by asking for the next one. If automatic reading
            // was switched off between that question and its answer, one more message would come, as from Netty's own
            // channels.
            onLoop(channel, () -> {});
            channel.config().setAutoRead(false);
            // The switch is a task of the loop, and so is this.
            onLoop(channel, () -> {});
            peer.send("bytes");
            awaitAnotherConnectionOfTheLoop(server);
            assertThat(events).hasSize(round - 1);
            channel.config().setAutoRead(true);
            Await.value("messages", round, events::size);
        }
    }

    @Test
    void aReadAskedForWhileAnotherThreadSwitchesAutoReadIsNotLost() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Notes()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        onLoop(channel, () -> {
            Thread other = new Thread(() -> channel.config().setAutoRead(false));
            other.start();
            Await.until("automatic reading is off", () -> !channel.config().isAutoRead());
            channel.read();
        });
        peer.send("bytes");

        Await.value("messages", 1, events::size);
    }

    @Test
    void autoReadSwitchedOffDuringAReadHoldsFromThenOn() throws Exception {
        TcpServer server = startPipeline(
                builder -> builder.loops(1),
                channel -> channel.pipeline().addLast(new Notes() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        super.channelRead(context, message);
                        context.channel().config().setAutoRead(false);
                    }
                }));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        peer.send("first");
        Await.value("messages", 1, events::size);
        peer.send("second");
        awaitAnotherConnectionOfTheLoop(server);
        assertThat(events).containsExactly("first");
        channel.config().setAutoRead(true);
        Await.value("messages", 2, events::size);
    }

    @Test
    void theEndOfInputClosesTheChannel() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Notes()));
        Peer peer = connect(server);
        peer.send("all").finishSending();

        assertThat(peer.receiveToEnd()).isEmpty();
        Await.value("events", 2, events::size);
        assertThat(events).containsExactly("all", "inactive");
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void theEndOfInputIsAnEventWhereHalfClosureIsAllowed() throws Exception {
        TcpServer server = startPipeline(channel -> {
            channel.config().setAllowHalfClosure(true);
            channel.pipeline().addLast(new Notes());
        });
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        peer.send("all").finishSending();
        Await.value("events", 3, events::size);

        assertThat(events).containsExactly("all", "input ended", "all was read");
        assertThat(channel.isInputShutdown()).isTrue();
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.isOutputShutdown()).isFalse();
        channel.writeAndFlush(text("late answer")).addListener(sent -> channel.close());
        assertThat(peer.receiveToEnd()).asString().isEqualTo("late answer");
        awaitClosed(server, CloseReason.PEER_CLOSED, 1);
    }

    @Test
    void theOutputEndsAfterWhatWasFlushed() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Notes()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        byte[] much = new byte[2 << 20];
        ChannelFuture flushed =
                channel.writeAndFlush(channel.alloc().buffer(much.length).writeBytes(much));
        ChannelFuture ended = channel.shutdownOutput();

        assertThat(peer.receiveToEnd()).hasSize(much.length);
        assertThat(flushed.await(Await.PATIENCE.toMillis()) && flushed.isSuccess())
                .isTrue();
        assertThat(ended.await(Await.PATIENCE.toMillis()) && ended.isSuccess()).isTrue();
        assertThat(channel.isOutputShutdown()).isTrue();
        ChannelFuture late = channel.writeAndFlush(text("late"));
        assertThat(late.await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
        peer.send("still read");
        Await.value("events", 2, events::size);
        assertThat(events).containsExactly("output ended", "still read");
        peer.finishSending();
        Await.value("connections", 0, server::connections);
    }

    @Test
    void nothingCanBeWrittenWhileTheOutputEnds() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        onLoop(channel, () -> {
            channel.writeAndFlush(text("before"));
            assertThat(channel.shutdownOutput().isDone()).isFalse();
            ChannelFuture late = channel.writeAndFlush(text("late"));
            assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
        });

        assertThat(peer.receiveToEnd()).asString().isEqualTo("before");
        channel.close();
    }

    @Test
    void whatArrivesAfterTheInputWasShutDownIsDropped() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Notes()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        peer.send("before");
        Await.value("events", 1, events::size);
        assertThat(channel.shutdownInput().await(Await.PATIENCE.toMillis())).isTrue();
        peer.send("after");
        Await.value("received bytes", 11, server::receivedBytes);
        onLoop(channel, () -> assertThat(events).containsExactly("before"));
        ChannelFuture both = channel.shutdown();

        assertThat(both.await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(channel.isShutdown()).isTrue();
        assertThat(peer.receiveToEnd()).isEmpty();
        channel.close();
        Await.value("connections", 0, server::connections);
    }
}
