package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What all connections may hold together: reading stops first, then accepting, and then the largest has to go. */
@OnBothTransports
class BudgetTest extends EndToEnd {

    private static final int KERNEL_BUFFER_BYTES = 8 << 10;
    private static final int KB = 1_000;
    private static final int MB = 1_000_000;

    /** What loops have not reported yet, and what is being made room for at a moment when somebody looks. */
    private static final int SLACK = 4 * (64 << 10);

    private TcpServer startWithBudget(int loops, long bytes) {
        return start(builder -> builder.loops(loops)
                .listenOptions(options -> options.withBuffers(KERNEL_BUFFER_BYTES, KERNEL_BUFFER_BYTES))
                .connectionLimits(limits -> limits.withOutbound(limits.outboundPauseBytes(), 16 * MB))
                .limits(limits -> limits.withBufferedBytes(bytes))
                .handler(new Generous()));
    }

    /** Two that are served, one on each loop: when both are answered, both loops have done what they had to do. */
    private final class WellBehaved {

        private final Peer one;
        private final Peer other;

        WellBehaved(TcpServer server) throws IOException {
            one = connect(server);
            other = connect(server);
            areServed();
            assertThat(server.connectionsPerLoop()).containsOnly(2 / server.loopCount());
        }

        void areServed() throws IOException {
            for (int i = 0; i < 10; i++) {
                one.echo("still here\n");
                other.echo("still here\n");
            }
        }
    }

    private Peer connectHog(TcpServer server) {
        return closeAfterwards(Peer.connectWithSmallWindow(server.port()));
    }

    /** A client that asks for so many bytes and reads none of them. */
    private Peer hog(TcpServer server, int bytes) throws IOException {
        return connectHog(server).send(bytes + "\n");
    }

    /** Lets the server hold at least this much, in pieces of 100 kB. All are connected before accepting may stop. */
    private List<Peer> fillTo(TcpServer server, long bytes) throws IOException {
        List<Peer> hogs = new ArrayList<>();
        for (long missing = bytes - server.bufferedBytes(); missing > 0; missing -= 100 * KB) {
            hogs.add(connectHog(server));
        }
        for (Peer hog : hogs) {
            long before = server.bufferedBytes();
            hog.send(100 * KB + "\n");
            Await.until("the server holds more", () -> server.bufferedBytes() > before + 90 * KB);
        }
        return hogs;
    }

    private static void closeHalf(List<Peer> hogs) {
        hogs.subList(0, hogs.size() / 2).forEach(Peer::close);
    }

    @Test
    void atFourFifthsWhoHoldsMuchIsNotReadAndOthersAreServed() throws Exception {
        TcpServer server = startWithBudget(2, 10 * MB);
        WellBehaved wellBehaved = new WellBehaved(server);
        Peer unfinished = connect(server);
        byte[] line = new byte[50 * KB];
        Arrays.fill(line, (byte) 'x');
        unfinished.send(line);
        Await.until("half a line is held", () -> server.bufferedBytes() >= line.length);
        Peer littleUnfinished = connect(server).send("This line goes ");
        List<Peer> hogs = fillTo(server, 8_100 * KB);
        Await.until("the strain is known", () -> !Logs.with("are not read").isEmpty());
        wellBehaved.areServed();

        unfinished.send(" on\n");
        long received = server.receivedBytes();
        wellBehaved.areServed();
        assertThat(server.receivedBytes()).isEqualTo(received + 20 * "still here\n".length());
        assertThat(littleUnfinished.send("on\n").receiveText(18)).isEqualTo("This line goes on\n");
        connect(server).echo("and newcomers too\n");
        closeHalf(hogs);
        assertThat(unfinished.receive(line.length + 4)).startsWith(line).endsWith(" on\n".getBytes());
        Await.until(
                "the end of the strain is known",
                () -> !Logs.with("all of them are read").isEmpty());
        assertThat(server.closeReasons()).doesNotContainKey(CloseReason.BUDGET_EXCEEDED);
    }

    @Test
    void atNineTenthsNobodyNewIsAccepted() throws Exception {
        TcpServer server = startWithBudget(2, 10 * MB);
        WellBehaved wellBehaved = new WellBehaved(server);
        List<Peer> hogs = fillTo(server, 9_200 * KB);
        wellBehaved.areServed();
        long opened = server.opened();
        Peer late = connect(server).send("late\n");

        wellBehaved.areServed();
        assertThat(server.opened()).isEqualTo(opened);
        closeHalf(hogs);
        assertThat(late.receiveText(5)).isEqualTo("late\n");
    }

    @Test
    void nearTheEndTheLargestOfAllHasToGo() throws Exception {
        TcpServer server = startWithBudget(2, 10 * MB);
        WellBehaved wellBehaved = new WellBehaved(server);
        Peer large = hog(server, 2 * MB);
        Peer largest = hog(server, 3 * MB);
        Await.until("they are held", () -> server.bufferedBytes() == 5 * MB);
        Peer last = connectHog(server);
        List<Peer> hogs = fillTo(server, 9_400 * KB);
        // What is held becomes less in the moment in which it is too much, so nobody may wait for that.
        last.send(200 * KB + "\n");

        assertThat(largest.seesReset()).isTrue();
        awaitClosed(server, CloseReason.BUDGET_EXCEEDED, 1);
        wellBehaved.areServed();
        assertThat(large.receive(2 * MB)).isEqualTo(new byte[2 * MB]);
        assertThat(last.receive(200 * KB)).isEqualTo(new byte[200 * KB]);
        for (Peer hog : hogs) {
            assertThat(hog.receive(100 * KB)).isEqualTo(new byte[100 * KB]);
        }
    }

    @Test
    void whatDoesNotFitTakesTheRoomOfALargerOneOrIsTheLargestItself() throws Exception {
        TcpServer server = startWithBudget(1, 10 * MB);
        WellBehaved wellBehaved = new WellBehaved(server);
        Peer large = hog(server, 3 * MB);
        Peer larger = hog(server, 4 * MB);
        Await.until("they are held", () -> server.bufferedBytes() == 7 * MB);
        Peer fits = hog(server, 3_500 * KB);
        assertThat(larger.seesReset()).isTrue();
        awaitClosed(server, CloseReason.BUDGET_EXCEEDED, 1);
        Peer tooLarge = hog(server, 5 * MB);
        assertThat(tooLarge.seesReset()).isTrue();
        awaitClosed(server, CloseReason.BUDGET_EXCEEDED, 2);

        wellBehaved.areServed();
        assertThat(large.receive(3 * MB)).isEqualTo(new byte[3 * MB]);
        assertThat(fits.receive(3_500 * KB)).isEqualTo(new byte[3_500 * KB]);
    }

    @Test
    void manySmallPiecesAreBoundedToo() throws Exception {
        TcpServer server = startWithBudget(2, 4 * MB);
        WellBehaved wellBehaved = new WellBehaved(server);
        byte[] piece = new byte[20 * KB];
        Arrays.fill(piece, (byte) 'x');
        AtomicLong most = new AtomicLong();
        for (int i = 0; i < 400; i++) {
            connect(server).send(piece);
            most.accumulateAndGet(server.bufferedBytes(), Math::max);
        }
        Await.until("the budget is nearly spent", () -> server.bufferedBytes() > 3_500 * KB);
        for (int i = 0; i < 100; i++) {
            wellBehaved.areServed();
            most.accumulateAndGet(server.bufferedBytes(), Math::max);
        }

        assertThat(most).hasValueLessThanOrEqualTo(4 * MB + SLACK);
    }

    @Test
    void whatAnEngineKeepsDuringAPauseCountsToo() throws Exception {
        assumeThat(transport).as("epoll leaves it in the kernel").isEqualTo(TransportChoice.IO_URING);
        AtomicReference<Connection> paused = new AtomicReference<>();
        TcpServer server = start(builder -> builder.handler((connection, in) -> {
            if (in.getByte(in.readerIndex()) == 'p') {
                paused.set(connection);
                connection.pauseReading();
            }
            connection.write(in);
        }));
        Peer peer = connect(server);
        // The first receive may have found no buffer, and is asked for anew for one piece only, which leaves the rest
        // in the kernel.
        peer.echo("begin");
        peer.echo("pause");
        peer.send(new byte[10 * KB]);
        Await.until("what is kept is counted", () -> server.bufferedBytes() >= 10 * KB);
        paused.get().loop().execute(paused.get()::resumeReading);

        assertThat(peer.receive(10 * KB)).isEqualTo(new byte[10 * KB]);
        Await.value("what is held", 0, server::bufferedBytes);
    }

    @Test
    void peersThatNeverReadLeaveTheBudgetToOthers() throws Exception {
        int budget = 50 * MB;
        TcpServer server = startWithBudget(2, budget);
        WellBehaved wellBehaved = new WellBehaved(server);
        AtomicLong most = new AtomicLong();
        int asked = 100;
        for (int i = 0; i < asked; i++) {
            hog(server, 10 * MB);
            wellBehaved.areServed();
            most.accumulateAndGet(server.bufferedBytes(), Math::max);
        }

        Await.until("no more than fit are left", () -> server.connections() <= 2 + budget / (10 * MB));
        assertThat(most).hasValueLessThanOrEqualTo(budget + SLACK);
        assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.BUDGET_EXCEEDED);
        assertThat(Resources.pooledBytes()).isLessThan(budget + 10L * MB);
        assertThat(Logs.with("WARN").size()).isLessThan(40);
    }
}
