package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import dev.tandem.endtoend.GoodClient.Waits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/**
 * Thousands of peers that mean no good, and one that does: what the one notices, and what the others get. Prints the figures
 * of docs/performance.md; they mean something on a machine that does nothing else.
 */
@OnBothTransports
@Tag("long")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class UnderAttackTest extends ProcessTest {

    private static final int MEGABYTE = 1 << 20;
    private static final int DIRECT_MEMORY_MAX = 256 * MEGABYTE;
    private static final int BASELINE_SECONDS = 10;

    /** The budget is half of the direct memory. Beside it, two loops receive, on io_uring into 16 MiB each; a pool keeps some. */
    private static final int BESIDE_THE_BUDGET = 48 * MEGABYTE;

    /** What a close may be late beside the tick, for thousands are closed at a time. */
    private static final Duration CLOSING = Duration.ofMillis(500);

    @Parameter
    String transport;

    private Child startServer(String what) {
        // The leak detector of tests costs more than the server.
        List<String> options =
                List.of("-Dio.netty.leakDetection.level=simple", "-XX:MaxDirectMemorySize=" + DIRECT_MEMORY_MAX);
        return start(Child.java(options, "dev.tandem.endtoend.ChildServer", transport, what));
    }

    private Child startCrowd(int port, String... what) {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(port)));
        arguments.addAll(List.of(what));
        return start(Child.java(List.of(), "dev.tandem.endtoend.Crowd", arguments.toArray(String[]::new)));
    }

    private GoodClient connectGoodClient(Child server, String text) throws Exception {
        GoodClient client = closeAfterwards(new GoodClient(server.port(), text.getBytes(StandardCharsets.US_ASCII)));
        // So that both sides are compiled.
        client.ask(5);
        return client;
    }

    private static List<String> figures(String line, Pattern pattern) {
        Matcher matcher = pattern.matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return List.of(matcher.group(1), matcher.group(2));
    }

    private void print(String what, Object figure) {
        System.out.println("figure: " + transport + ": " + what + ": " + figure);
    }

    @Test
    void whoSendsAByteEveryTenSecondsIsClosedAtTheDeadlineAndAGoodClientHardlyNotices() throws Exception {
        Child server = startServer("frames");
        GoodClient client = connectGoodClient(server, "\0\0\0\u0064" + "x".repeat(100));
        Waits before = client.ask(BASELINE_SECONDS);
        Child crowd = startCrowd(server.port(), "dribble", "5000", "10");
        crowd.awaitOutput("connected 5000");
        CompletableFuture<Integer> closed = CompletableFuture.supplyAsync(() -> exitCode(crowd));
        Waits during = client.askUntil(closed);
        assertThat(closed.get()).as(crowd.said()).isZero();
        String last = crowd.out().get(crowd.out().size() - 1);
        print("good client before", before);
        print("good client with 5,000 that dribble", during);
        print("dribblers", last);

        long deadline = ConnectionLimits.DEFAULT.frame().toMillis();
        List<String> millis = figures(last, Pattern.compile("closed 5000 after (\\d+) to (\\d+) ms"));
        // Early by a tick at most, if the loop came late to the one before.
        assertThat(Long.parseLong(millis.get(0))).isGreaterThanOrEqualTo(deadline - LoopConnections.TICK.toMillis());
        assertThat(Long.parseLong(millis.get(1)))
                .isLessThanOrEqualTo(
                        deadline + LoopConnections.TICK.plus(CLOSING).toMillis());
        assertThat(during.micros(99)).isLessThanOrEqualTo(2 * before.micros(99));
    }

    private static int exitCode(Child child) {
        try {
            return child.exitCode(Duration.ofMinutes(2));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoAsksForTenMegabytesAndReadsNothingIsHeldWithinTheBudget() throws Exception {
        neverReading("generous");
    }

    @Test
    void whoAsksForTenMegabytesInPiecesAndReadsNothingIsHeldWithinTheBudget() throws Exception {
        neverReading("generous-in-pieces");
    }

    private void neverReading(String what) throws Exception {
        Child server = startServer(what);
        GoodClient client = connectGoodClient(server, "Is anybody there?\n");
        Waits before = client.ask(BASELINE_SECONDS);
        Child crowd = startCrowd(server.port(), "ask", "1000", Integer.toString(10 * MEGABYTE));
        crowd.awaitOutput("asked 1000");
        Waits during = client.ask(BASELINE_SECONDS);
        server.signal("TERM");
        // Those that are still there do not finish.
        assertThat(server.exitCode(Duration.ofSeconds(40))).as(server.said()).isIn(0, 3);
        assertThat(server.err()).noneMatch(line -> line.contains("OutOf") || line.contains("HANDLER_FAILED"));
        String memory = server.out().stream()
                .filter(line -> line.startsWith("direct memory "))
                .findFirst()
                .orElseThrow();
        print(what + ": good client before", before);
        print(what + ": good client with 1,000 that do not read", during);
        print(what, memory);

        List<String> bytes = figures(memory, Pattern.compile("direct memory at the start (\\d+), at most (\\d+)"));
        assertThat(Long.parseLong(bytes.get(1)) - Long.parseLong(bytes.get(0)))
                .isLessThan(DIRECT_MEMORY_MAX / 2 + BESIDE_THE_BUDGET);
    }
}
