package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** A process that is asked to end while it has much to do. */
@OnBothTransports
class SignalTest extends ProcessTest {

    private static final int CLIENTS = 200;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @Parameter
    String transport;

    private long answers;

    private Child startChild(String what) {
        return start(Child.java(List.of(), "dev.tandem.endtoend.ChildServer", transport, what));
    }

    /** Ends a server under load at a random moment, and compares what it has taken up with what clients have heard. */
    private Duration endUnderLoad(String ledger, SplittableRandom random) throws Exception {
        try (Child child = startChild(ledger);
                LedgerClient clients = new LedgerClient(child.port(), CLIENTS)) {
            CompletableFuture<Void> running = CompletableFuture.runAsync(() -> run(clients));
            Await.until("every client is served", () -> clients.allAnswered(10));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(150));
            long signalled = System.nanoTime();
            child.signal("TERM");
            assertThat(child.exitCode(DEADLINE)).as(child.said()).isZero();
            Duration took = Duration.ofNanos(System.nanoTime() - signalled);
            running.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);

            assertThat(took).isLessThan(DEADLINE);
            assertNothingLost(child, clients);
            assertThat(child.err())
                    .anyMatch(line ->
                            line.matches(".* Drained in \\d+ ms: " + CLIENTS + " connections, 0 of them aborted\\."))
                    .noneMatch(line -> line.contains("ERROR") || line.contains("LEAK") || line.contains("WARN"));
            answers += Stream.of(clients.accounts())
                    .mapToLong(LedgerClient.Account::answered)
                    .sum();
            return took;
        }
    }

    private static void run(LedgerClient clients) {
        try {
            clients.run();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertNothingLost(Child child, LedgerClient clients) {
        for (LedgerClient.Account account : clients.accounts()) {
            assertThat(account.end()).isEqualTo("end of stream");
        }
        List<String> entries =
                child.out().stream().filter(line -> line.startsWith("ledger ")).toList();
        assertThat(entries).hasSize(CLIENTS);
        for (String entry : entries) {
            String[] words = entry.split(" ");
            int heard = clients.accounts()[Integer.parseInt(words[1])].answered();
            assertThat("ledger " + words[1] + " " + heard + " DRAINED").isEqualTo(entry);
        }
    }

    private void endManyUnderLoad(int rounds) throws Exception {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        System.out.println("SignalTest: repeat with -Dtandem.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Duration longest = Duration.ZERO;
        for (int round = 0; round < rounds; round++) {
            Duration took = endUnderLoad(round % 2 == 0 ? "ledger" : "ledger-later", random);
            longest = took.compareTo(longest) > 0 ? took : longest;
        }
        System.out.println("figure: " + transport + ": " + rounds + " ends under " + CLIENTS + " clients, " + answers
                + " answers, none lost; the longest end took " + longest.toMillis() + " ms");
    }

    @Test
    void noAnswerToARequestThatWasTakenUpIsLost() throws Exception {
        endManyUnderLoad(5);
    }

    @Test
    @Tag("long")
    @Timeout(value = 40, unit = TimeUnit.MINUTES)
    void noAnswerIsLostInAHundredEnds() throws Exception {
        endManyUnderLoad(100);
    }

    @Test
    void aServerThatWasStoppedAtItsDeadlineHasCutOffNobodyWhoHasEverything() throws Exception {
        Child child = startChild("stopping");
        Peer peer = connect(child.port());
        peer.echo("in");
        child.signal("TERM");
        // The peer does not finish, so its connection ends at the deadline, about when the server stops itself.
        Await.until("it is stopped", child::isStopped);
        // Longer than a loop may take to end its connections.
        TimeUnit.MILLISECONDS.sleep(800);
        child.signal("CONT");

        assertThat(child.exitCode(Await.PATIENCE)).as(child.said()).isZero();
        assertThat(child.err()).noneMatch(line -> line.contains("WARN"));
    }

    @Test
    void aSecondSignalAbortsWhatIsStillOpen() throws Exception {
        Child child = startChild("stubborn");
        Peer peer = connect(child.port());
        peer.echo("in");
        child.signal("TERM");
        // The handler's word that it will not go: the drain is under way and would take five minutes.
        assertThat(peer.receiveText(2)).isEqualTo("no");
        peer.echo("still served");
        child.signal("INT");

        assertThat(child.exitCode(Await.PATIENCE)).isEqualTo(3);
        assertThat(peer.seesReset()).isTrue();
        assertThat(child.err()).anyMatch(line -> line.endsWith("1 connections, 1 of them aborted."));
    }
}
