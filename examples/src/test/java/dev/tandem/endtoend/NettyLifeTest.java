package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.netty.DrainEvent;
import dev.tandem.netty.TandemChannel;
import dev.tandem.server.TcpServer;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The life of a channel: its events, its thread, and its end for every reason. */
@OnBothTransports
class NettyLifeTest extends NettyEndToEnd {

    /** Notes every event of the channel's life. */
    private class Life extends ChannelInboundHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            events.add("added");
        }

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            events.add("registered");
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            events.add("active");
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            events.add("read");
            context.writeAndFlush(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            events.add("read complete");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            events.add(cause.toString());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            TandemChannel channel = (TandemChannel) context.channel();
            events.add(
                    "inactive " + channel.isOpen() + " " + channel.connection().closeReason());
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext context) {
            events.add("unregistered");
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            events.add("removed");
        }
    }

    @Test
    void everyEventComesOnceAndInOrder() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        peer.echo("hello");
        peer.finishSending();
        peer.awaitEnd();
        Await.until("the handler is removed", () -> events.contains("removed"));

        assertThat(events)
                .containsExactly(
                        "added",
                        "registered",
                        "active",
                        "read",
                        "read complete",
                        "inactive false PEER_CLOSED",
                        "unregistered",
                        "removed");
        assertThat(channel.closeFuture().isSuccess()).isTrue();
        assertThat(channel.isActive() || channel.isOpen() || channel.isRegistered())
                .isFalse();
    }

    @Test
    void aResetIsAnExceptionAndThenTheEnd() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life()));
        Peer peer = connect(server);
        peer.echo("hello");
        peer.reset();
        Await.until("the handler is removed", () -> events.contains("removed"));

        assertThat(events)
                .endsWith(
                        "java.net.SocketException: Connection reset by peer",
                        "inactive false PEER_RESET",
                        "unregistered",
                        "removed");
    }

    @Test
    void aResetThatNobodyCatchesIsNotLogged() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        connect(server).reset();
        TandemChannel channel = nextChannel();

        assertThat(channel.closeFuture().await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(Logs.with("WARN")).isEmpty();
    }

    @Test
    void theAddressesOutliveTheConnection() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        peer.reset();
        Await.value("connections", 0, server::connections);

        assertThat(channel.localAddress().getPort()).isEqualTo(server.port());
        assertThat(channel.remoteAddress().getAddress().isLoopbackAddress()).isTrue();
        assertThat(channel.toString()).contains(":" + server.port(), " ! R:");
    }

    @Test
    void tasksAndTimersRunOnTheLoopOfTheConnection() throws Exception {
        CompletableFuture<Thread> reading = new CompletableFuture<>();
        CompletableFuture<Thread> timer = new CompletableFuture<>();
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                reading.complete(Thread.currentThread());
                context.executor().schedule(() -> answer(context, message), 20, TimeUnit.MILLISECONDS);
            }

            private void answer(ChannelHandlerContext context, Object message) {
                timer.complete(Thread.currentThread());
                context.writeAndFlush(message);
            }
        }));
        Peer peer = connect(server);
        peer.echo("hello");

        assertThat(timer.get()).isSameAs(reading.get());
        assertThat(nextChannel().connection().loop().inEventLoop(timer.get())).isTrue();
    }

    @SuppressWarnings("deprecation") // Still what many pipelines do.
    @Test
    void aHandlerMayHaveAnotherExecutor() throws Exception {
        EventExecutorGroup workers = new DefaultEventExecutorGroup(2);
        closeAfterwards(() -> workers.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync());
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(workers, new Life()));
        Peer peer = connect(server);
        for (int i = 0; i < 100; i++) {
            peer.echo("hello");
        }
    }

    @Test
    void anExceptionGoesToThePipelineAndNotFurther() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (events.contains("read")) {
                    super.channelRead(context, message);
                } else {
                    events.add("read");
                    ReferenceCountUtil.release(message);
                    throw new IllegalStateException("on purpose");
                }
            }
        }));
        Peer peer = connect(server);
        peer.send("x");
        Await.until("it is caught", () -> events.contains("java.lang.IllegalStateException: on purpose"));

        peer.echo("hello");
    }

    @Test
    void anInitializerThatThrowsClosesItsChannel() throws Exception {
        TcpServer server = startPipeline(channel -> {
            throw new IllegalStateException("on purpose");
        });
        Peer peer = connect(server);

        assertThat(peer.receiveToEnd()).isEmpty();
        peer.close();
        Await.value("connections", 0, server::connections);
    }

    @Test
    void aCloseMayComeFromAnyThreadAndMoreThanOnce() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life()));
        Peer peer = connect(server);
        TandemChannel channel = nextChannel();
        ChannelFuture first = channel.close();
        ChannelFuture second = channel.close();

        assertThat(peer.receiveToEnd()).isEmpty();
        assertThat(first.await(Await.PATIENCE.toMillis()) && first.isSuccess()).isTrue();
        assertThat(second.await(Await.PATIENCE.toMillis()) && second.isSuccess())
                .isTrue();
        assertThat(channel.close().await(Await.PATIENCE.toMillis())).isTrue();
        peer.close();
        Await.until("the handler is removed", () -> events.contains("removed"));
        assertThat(events).containsOnlyOnce("inactive false CLOSED");
    }

    @Test
    void aCloseWithoutLingeringResets() throws Exception {
        TcpServer server = startPipeline(channel -> channel.config().setOption(ChannelOption.SO_LINGER, 0));
        Peer peer = connect(server);
        nextChannel().close();

        assertThat(peer.seesReset()).isTrue();
        awaitClosed(server, CloseReason.ABORTED, 1);
    }

    @Test
    void theOptionsOfTheSocketAreTheListeners() throws Exception {
        TcpServer server = startPipeline(channel -> {});
        connect(server);
        TandemChannel channel = nextChannel();

        assertThat(channel.config().setOption(ChannelOption.TCP_NODELAY, true)).isFalse();
        assertThat(channel.config().getOptions()).containsEntry(ChannelOption.ALLOW_HALF_CLOSURE, false);
        assertThatThrownBy(() -> channel.config().setTcpNoDelay(true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("TcpServerBuilder.listenOptions");
    }

    // ---- What Tandem does ----

    @Test
    void aDeadlineOfTheConnectionEndsTheChannel() throws Exception {
        TcpServer server = startPipeline(
                builder -> builder.connectionLimits(limits -> limits.withIdle(Duration.ofSeconds(2))),
                channel -> channel.pipeline().addLast(new Life()));
        Peer peer = connect(server);
        peer.echo("hello");

        assertThat(peer.receiveToEnd()).isEmpty();
        peer.close();
        Await.until("the handler is removed", () -> events.contains("removed"));
        assertThat(events).contains("inactive false IDLE_TIMEOUT");
    }

    @Test
    void aDrainClosesAChannelThatDoesNotMind() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life()));
        Peer peer = connect(server);
        peer.echo("hello");
        Thread drain = new Thread(server::drain);
        drain.start();

        assertThat(peer.receiveToEnd()).isEmpty();
        peer.close();
        drain.join();
        assertThat(server.closeReasons()).containsEntry(CloseReason.DRAINED, 1L);
        assertThat(events).contains("inactive false DRAINED", "removed");
    }

    @Test
    void aHandlerThatKeepsTheDrainEventFinishesFirst() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private Object question;

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                question = message;
                events.add("asked");
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event == DrainEvent.INSTANCE) {
                    context.executor().schedule(() -> answer(context), 50, TimeUnit.MILLISECONDS);
                }
            }

            private void answer(ChannelHandlerContext context) {
                context.writeAndFlush(question);
                context.close();
            }
        }));
        Peer peer = connect(server);
        peer.send("question");
        Await.value("events", 1, events::size);
        Thread drain = new Thread(server::drain);
        drain.start();

        assertThat(peer.receiveToEnd()).asString().isEqualTo("question");
        peer.close();
        drain.join();
    }

    @Test
    void aChannelThatIsNotClosedAtTheDeadlineIsAborted() throws Exception {
        TcpServer server = startPipeline(channel -> channel.pipeline().addLast(new Life() {
            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                events.add(event.toString());
            }
        }));
        Peer peer = connect(server);
        peer.echo("hello");

        assertThat(server.drain(Duration.ofMillis(200)).aborted()).isEqualTo(1);
        assertThat(peer.seesReset()).isTrue();
        assertThat(events).contains("DrainEvent", "inactive false DRAIN_DEADLINE", "removed");
    }

    @Test
    void aTaskOfAnEndedChannelStillRuns() throws IOException, InterruptedException {
        TcpServer server = startPipeline(channel -> {});
        connect(server).reset();
        TandemChannel channel = nextChannel();
        Await.value("connections", 0, server::connections);
        Future<?> task = channel.eventLoop().submit(() -> events.add("ran"));

        assertThat(task.await(Await.PATIENCE.toMillis())).isTrue();
        assertThat(events).containsExactly("ran");
    }
}
