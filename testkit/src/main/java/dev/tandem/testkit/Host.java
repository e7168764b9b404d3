package dev.tandem.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportLoops;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The transport under test with its loops, and the servers on them. */
final class Host {

    /** A loop that spins takes most of this; one that does not takes next to nothing. */
    static final Duration IDLE = Duration.ofMillis(300);

    /** What is told in one turn may lead to something that is told in the next, and that again. */
    private static final int TURNS = 4;

    private final Transport transport;
    private final Family family;
    private final TransportLoops group;
    private final List<IoEventLoop> loops = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final List<Server> servers = new ArrayList<>();
    private final List<Attempt> attempts = Collections.synchronizedList(new ArrayList<>());

    Host(Transport transport, Family family, int loopCount) {
        this.transport = transport;
        this.family = family;
        this.group = new TransportLoops(loopCount, new DefaultThreadFactory("contract"), transport);
        group.forEach(loop -> loops.add((IoEventLoop) loop));
    }

    Transport transport() {
        return transport;
    }

    /** The first loop, on which the listeners live. */
    IoEventLoop loop() {
        return loops.get(0);
    }

    List<IoEventLoop> loops() {
        return loops;
    }

    IoEventLoop nextLoop() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    Server listen(ListenOptions options, Consumer<Witness> behaviour) throws IOException {
        return listen(family.newAddress(), options, behaviour);
    }

    Server listen(SocketAddress address, ListenOptions options, Consumer<Witness> behaviour) throws IOException {
        Server server = new Server(this, address, options, behaviour);
        servers.add(server);
        return server;
    }

    /** Asks for a connection that lives on the first loop; {@code behaviour} sees it when it is made. */
    Attempt connect(SocketAddress address, Consumer<Witness> behaviour) {
        return connect(loop(), address, ConnectOptions.DEFAULT, behaviour);
    }

    Attempt connect(IoEventLoop loop, SocketAddress address, ConnectOptions options, Consumer<Witness> behaviour) {
        Attempt attempt = new Attempt(this, loop, address, options, behaviour);
        attempts.add(attempt);
        return attempt;
    }

    /** Waits until every attempt has had its outcome. */
    void awaitAttempts() {
        for (Attempt attempt : attempts) {
            Await.until("the attempt ends", attempt::isOver);
        }
    }

    /** Runs {@code task} on the first loop and waits until it has run. */
    void step(Runnable task) throws Exception {
        loop().submit(task).get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Lets the loops look at the kernel: whatever it had to tell before this call is told when this call returns. */
    void settle() throws Exception {
        for (IoEventLoop loop : loops) {
            for (int i = 0; i < TURNS; i++) {
                turn(loop);
            }
        }
    }

    /** A loop runs tasks as long as there are any, but looks at its timers once a turn only. */
    private static void turn(IoEventLoop loop) throws Exception {
        CountDownLatch turned = new CountDownLatch(1);
        loop.execute(() -> loop.schedule(turned::countDown, 1, TimeUnit.NANOSECONDS));
        Await.latch(turned);
    }

    /** How much CPU the loops take over a while in which nothing happens. */
    Duration cpuWhileIdle() throws Exception {
        settle();
        Duration before = cpu();
        Thread.sleep(IDLE.toMillis());
        return cpu().minus(before);
    }

    private Duration cpu() throws Exception {
        long nanos = 0;
        for (IoEventLoop loop : loops) {
            nanos += loop.submit(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                    .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        return Duration.ofNanos(nanos);
    }

    /** Ends the loops, whatever is open on them. */
    void shutDown() throws InterruptedException {
        group.shutdownGracefully(0, Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(group.awaitTermination(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the loops end")
                .isTrue();
    }

    /** Ends everything in order: peers, listeners, loops. Then verifies what the servers witnessed. */
    void close() throws InterruptedException {
        servers.forEach(Server::closePeers);
        if (!group.isShuttingDown()) {
            servers.forEach(server -> server.listener().close());
            servers.forEach(Server::awaitListenerClosed);
            shutDown();
        }
        servers.forEach(Server::verify);
        attempts.forEach(Attempt::verify);
    }
}
