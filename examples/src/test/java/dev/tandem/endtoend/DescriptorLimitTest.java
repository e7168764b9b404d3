package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** The process has few descriptors: who is connected is served, and who waits is served when there are some again. */
@OnBothTransports
class DescriptorLimitTest extends ProcessTest {

    private static final int DESCRIPTORS = 200;
    private static final int RESERVE = 64;
    private static final Pattern REACHED = Pattern.compile("The limit of (\\d+) connections is reached");

    @Parameter
    String transport;

    @TempDir
    Path directory;

    /** Lowers the limit before the JVM starts: the kernel looks at it when an accept is asked for, not when it happens. */
    private static List<String> withFewDescriptors(List<String> command) {
        List<String> limited =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "sh"));
        limited.addAll(command);
        return limited;
    }

    private List<Peer> connectAndSend(int port, int count) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(connect(port).send("here"));
        }
        return peers;
    }

    private static boolean isAnswered(Peer peer, Duration patience) throws IOException {
        try {
            return peer.patience((int) patience.toMillis()).receiveText(4).equals("here");
        } catch (SocketTimeoutException silence) {
            return false;
        }
    }

    @Test
    void withoutALimitOnConnectionsAcceptingWaitsForDescriptorsAndDoesNotSpin() throws Exception {
        Child child = start(withFewDescriptors(Child.java(
                new Jars(directory).classPath(),
                List.of(),
                "dev.tandem.endtoend.ChildServer",
                transport,
                "unlimited-echo")));
        int port = child.port();
        connect(port).echo("The classes for a connection are loaded.");
        int places = DESCRIPTORS - (int) child.descriptors();
        List<Peer> peers = connectAndSend(port, places + 50);
        for (Peer peer : peers.subList(0, places)) {
            assertThat(peer.receiveText(4)).isEqualTo("here");
        }
        assertThat(isAnswered(peers.get(places), Duration.ofMillis(300))).isFalse();
        assertThat(child.descriptors()).isEqualTo(DESCRIPTORS);

        // Two tries a second at most, each a system call or two.
        Duration before = child.cpuOf("tandem-");
        Thread.sleep(2_000);
        assertThat(child.cpuOf("tandem-").minus(before)).isLessThan(Duration.ofMillis(200));
        for (Peer peer : peers.subList(0, places)) {
            peer.echo("still served");
        }

        for (Peer peer : peers.subList(0, 50)) {
            peer.close();
        }
        for (Peer peer : peers.subList(places, places + 50)) {
            assertThat(isAnswered(peer, Await.PATIENCE)).isTrue();
        }

        List<String> warnings =
                child.err().stream().filter(line -> line.contains("EMFILE")).toList();
        assertThat(warnings)
                .hasSizeBetween(1, (int) Await.PATIENCE.toSeconds())
                .allSatisfy(line -> assertThat(line)
                        .contains("raise the limit on open files")
                        .containsPattern("Trying again in (\\d{1,3}|1000) ms"));
        child.signal("TERM");
        peers.forEach(Peer::close);
        assertThat(child.exitCode(Await.PATIENCE)).isZero();
    }

    @Test
    void byDefaultConnectionsLeaveAReserveOfDescriptors() throws Exception {
        Child child = start(withFewDescriptors(Child.echo(List.of(), "--transport", transport)));
        int port = child.port();
        List<Peer> peers = connectAndSend(port, DESCRIPTORS);
        Matcher reached = REACHED.matcher(child.awaitLog("connections is reached"));
        assertThat(reached.find()).isTrue();
        int served = Integer.parseInt(reached.group(1));
        for (Peer peer : peers.subList(0, served)) {
            assertThat(isAnswered(peer, Await.PATIENCE)).isTrue();
        }
        assertThat(isAnswered(peers.get(served), Duration.ofMillis(500))).isFalse();

        // The limit goes by the descriptors open at the start, to which the JVM adds a few while it loads classes.
        assertThat(child.descriptors()).isLessThan(DESCRIPTORS - RESERVE / 2);
        assertThat(served).isBetween(DESCRIPTORS - RESERVE - 60, DESCRIPTORS - RESERVE);
        assertThat(child.err()).noneMatch(line -> line.contains("EMFILE"));
        assertThat(String.join("\n", child.err())).contains("connectionsMax=" + served + " ");
        for (Peer peer : peers.subList(0, 20)) {
            peer.close();
        }
        assertThat(isAnswered(peers.get(served), Await.PATIENCE)).isTrue();
    }
}
