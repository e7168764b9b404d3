package dev.tandem.endtoend;

import static dev.tandem.endtoend.Framed.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.LoopConnections;
import dev.tandem.message.Group;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One message for ten thousand connections, on the real engines: how often something is sent, and a loop is woken. */
@OnBothTransports
@Tag("long")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BroadcastToManyTest extends EndToEnd {

    private static final int MEMBERS = 10_000;
    private static final int LOOPS = 2;
    private static final int ROUNDS = 20;
    private static final int MESSAGE_BYTES = 100;
    private static final long TICK_MILLIS = LoopConnections.TICK.toMillis();

    private final Group<String> group = new Group<>(TEXT);

    private final class Member implements MessageHandler<String, String> {

        @Override
        public void onOpened(Session<String> session) {
            group.join(session);
        }

        @Override
        public String onMessage(Session<String> session, String message) {
            return null;
        }
    }

    @Test
    void aMessageIsOneSendForEachConnectionAndOneWakeUpForEachLoop() throws Exception {
        String counting = CountingTransport.nameOf(transport);
        TcpServer server = start(builder -> builder.loops(LOOPS)
                .transport(TransportChoice.require(counting))
                .servePerConnection(TEXT, Member::new));
        Child crowd = closeAfterwards(Child.start(
                Map.of(),
                Child.java(
                        List.of(),
                        "dev.tandem.endtoend.Crowd",
                        Integer.toString(server.port()),
                        "listen",
                        Integer.toString(MEMBERS),
                        Integer.toString(MESSAGE_BYTES),
                        Integer.toString(ROUNDS))));
        crowd.awaitOutput("connected");
        Await.value("members", MEMBERS, group::size);

        String message = "x".repeat(MESSAGE_BYTES - Integer.BYTES);
        List<Long> wakeUps = new ArrayList<>();
        List<Long> millis = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            long sends = CountingTransport.SENDS.get();
            // The time spans the count, whose ticks it explains.
            long start = System.nanoTime();
            long woken = CountingTransport.WAKE_UPS.get();
            group.send(message);
            crowd.awaitOutput("round " + round);
            wakeUps.add(CountingTransport.WAKE_UPS.get() - woken);
            millis.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
            assertThat(CountingTransport.SENDS.get() - sends).isEqualTo(MEMBERS);
        }
        System.out.println("figure: " + transport + ": " + MEMBERS + " sends for " + MEMBERS + " members on " + LOOPS
                + " loops, wake-ups in each of " + ROUNDS + " rounds " + wakeUps + ", ms until all had it " + millis);

        // The clock of the deadlines wakes each loop too, once in a tick.
        assertThat(wakeUps).contains((long) LOOPS);
        for (int i = 0; i < ROUNDS; i++) {
            assertThat(wakeUps.get(i)).isBetween((long) LOOPS, LOOPS * (2 + millis.get(i) / TICK_MILLIS));
        }
        assertThat(crowd.exitCode(Duration.ofSeconds(10))).as(crowd.said()).isZero();
    }
}
