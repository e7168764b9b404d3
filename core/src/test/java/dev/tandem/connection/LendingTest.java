package dev.tandem.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one connection receives is written to another one of its loop, and sent from where it is if that can be. */
class LendingTest {

    private final ManualLoop loop = new ManualLoop();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final LoopConnections home = new LoopConnections(loop, allocator, ConnectionLimits.DEFAULT, left -> {});
    private final LoopConnections beside = home.beside(ConnectionLimits.DEFAULT, left -> {});
    private final List<FakeSocket> sockets = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();

    /** What the first connection does with what it receives. */
    private ConnectionHandler onFirst;

    private final FakeSocket from = add(home);
    private final FakeSocket to = add(beside);
    private final FakeSocket third = add(home);

    private FakeSocket add(LoopConnections where) {
        FakeSocket socket = new FakeSocket(loop);
        socket.takesLoans = true;
        sockets.add(socket);
        socket.tell(
                Connection.open(where, socket, (connection, in) -> onFirst.onBytes(connection, in), connections::add));
        return socket;
    }

    @AfterEach
    void everyBufferComesBack() {
        connections.forEach(Connection::abort);
        loop.runAll();
        sockets.forEach(FakeSocket::isGone);
        assertThat(home.bufferedBytes() + beside.bufferedBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void receiveAnd(ConnectionHandler handler) {
        onFirst = handler;
        from.receives("loan");
        loop.runAll();
    }

    private void write(ByteBuf in) {
        connections.get(1).write(in);
    }

    @Test
    void theOtherConnectionSendsTheLoanWhenTheCallbackHasReturned() {
        receiveAnd((connection, in) -> {
            write(in);
            assertThat(in.isReadable()).isFalse();
            assertThat(to.isSending()).isFalse();
        });
        to.takesAll();
        assertThat(to.taken()).isEqualTo("loan");
        assertThat(to.loansTaken).isEqualTo(1);
    }

    @Test
    void bytesBehindItAreSentTogetherWithACopy() {
        receiveAnd((connection, in) -> {
            write(in);
            connections.get(1).write(" and more".getBytes());
        });
        to.takes(Integer.MAX_VALUE);
        assertThat(to.taken()).isEqualTo("loan and more");
        assertThat(to.loansTaken).isZero();
    }

    @Test
    void bytesBeforeItStayBeforeIt() {
        connections.get(1).write("first ".getBytes());
        loop.runAll();
        receiveAnd((connection, in) -> write(in));
        to.takesAll();
        assertThat(to.taken()).isEqualTo("first loan");
        assertThat(to.loansTaken).isZero();
    }

    @Test
    void aTransportThatDeclinesGetsACopy() {
        to.takesLoans = false;
        receiveAnd((connection, in) -> write(in));
        to.takesAll();
        assertThat(to.taken()).isEqualTo("loan");
    }

    @Test
    void onlyOneSendsTheLoanAndOthersCopies() {
        receiveAnd((connection, in) -> {
            for (Connection each : connections) {
                each.write(in.readerIndex(0));
            }
        });
        sockets.forEach(FakeSocket::takesAll);
        assertThat(sockets).extracting(FakeSocket::taken).containsExactly("loan", "loan", "loan");
        assertThat(from.loansTaken + to.loansTaken + third.loansTaken).isEqualTo(1);
    }

    @Test
    void aConnectionThatClosesDeliversTheLoanFirst() {
        receiveAnd((connection, in) -> {
            write(in);
            connections.get(1).close();
        });
        assertThat(to.outputShutdown).isFalse();
        to.takesAll();
        assertThat(to.taken()).isEqualTo("loan");
        assertThat(to.outputShutdown).isTrue();
    }

    @Test
    void aConnectionThatIsAbortedSendsNothing() {
        receiveAnd((connection, in) -> {
            write(in);
            connections.get(1).abort();
        });
        assertThat(to.isSending()).isFalse();
        assertThat(to.aborted).isTrue();
    }

    @Test
    void aLoanIsOverWhenTheCallbackThrows() {
        receiveAnd((connection, in) -> {
            write(in);
            throw new IllegalStateException("The test's.");
        });
        to.takesAll();
        assertThat(to.taken()).isEqualTo("loan");
        onFirst = (connection, in) -> connections.get(1).write(in);
        third.receives(" again");
        to.takesAll();
        assertThat(to.taken()).isEqualTo("loan again");
        assertThat(to.loansTaken).isEqualTo(2);
    }

    @Test
    void whoSeesThatTheOtherIsNotWritableIsToldWhenItIs() {
        List<String> told = new ArrayList<>();
        FakeSocket slow = new FakeSocket(loop);
        slow.takesLoans = true;
        sockets.add(slow);
        ConnectionHandler tells = new ConnectionHandler() {
            @Override
            public void onBytes(Connection connection, ByteBuf in) {}

            @Override
            public void onWritable(Connection connection) {
                told.add("writable");
            }
        };
        slow.tell(Connection.open(
                home.beside(ConnectionLimits.DEFAULT.withOutbound(3, 100), left -> {}), slow, tells, connections::add));
        Connection other = connections.get(3);

        receiveAnd((connection, in) -> other.write(in));
        assertThat(other.isWritable()).isFalse();
        slow.takesAll();
        loop.runAll();

        assertThat(other.isWritable()).isTrue();
        assertThat(told).containsExactly("writable");
    }
}
