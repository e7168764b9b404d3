package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** Connections come and go, more than a host has ports, and nothing of them stays. */
@Tag("long")
@Timeout(600)
@OnBothTransports
class ChurnTest extends ProcessTest {

    private static final int CYCLES = 200_000;
    private static final int CLIENTS = 4;

    /** Enough for the classes to be loaded, the code to be compiled and the pools to be filled. */
    private static final int WARM_UP_CYCLES = 40_000;

    /** The JVM's own comings and goings. One object or one buffer per cycle would be three times as much at least. */
    private static final long NOISE_BYTES = 1 << 20;

    /** Who closes first keeps the port for a minute, so clients come from several addresses. */
    private static final int SOURCES = 32;

    @Parameter
    String transport;

    @Test
    void nothingIsLeftOfTwoHundredThousandConnections() throws Exception {
        Child child = startEcho(
                List.of("-XX:NativeMemoryTracking=summary", "-XX:+UseSerialGC", "-Xmx256m"),
                "--transport",
                transport,
                "--loops",
                "1");
        int port = child.port();
        churn(port, WARM_UP_CYCLES);
        Footprint before = Footprint.of(child);
        // After that, because the JVM opens a socket when it is asked the first time.
        long idleDescriptors = Await.halt("closing", Duration.ofSeconds(1), child::descriptors);

        churn(port, CYCLES);

        Await.value("descriptors", idleDescriptors, child::descriptors);
        Footprint after = Footprint.of(child);
        System.out.println("ChurnTest, " + transport + ": " + idleDescriptors + " descriptors, before " + before
                + ", after " + after);
        assertThat(after.heapBytes()).isLessThan(before.heapBytes() + NOISE_BYTES);
        assertThat(after.directBytes()).isLessThan(before.directBytes() + NOISE_BYTES);
    }

    private static void churn(int port, int cycles) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            running.add(clients.submit(() -> connectAgainAndAgain(port, cycles / CLIENTS)));
        }
        clients.shutdown();
        for (Future<?> client : running) {
            client.get(5, TimeUnit.MINUTES);
        }
    }

    private static Void connectAgainAndAgain(int port, int cycles) throws IOException {
        for (int i = 0; i < cycles; i++) {
            try (Peer peer = Peer.connectFrom("127.0.0." + (2 + i % SOURCES), port)) {
                peer.echo("once");
                if (i % 2 == 0) {
                    peer.reset();
                }
            }
        }
        return null;
    }

    /**
     * What a JVM holds after a collection.
     *
     * @param heapBytes live objects
     * @param directBytes memory outside of the heap that Java code has allocated
     */
    private record Footprint(long heapBytes, long directBytes) {

        /** The JVM counts direct memory among "Other". */
        private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

        private static final Pattern HEAP = Pattern.compile("Total +\\d+ +(\\d+)");

        static Footprint of(Child child) throws Exception {
            long heap = number(jcmd(child, "GC.class_histogram"), HEAP);
            long directKilobytes = number(jcmd(child, "VM.native_memory", "summary"), DIRECT);
            return new Footprint(heap, directKilobytes << 10);
        }

        private static String jcmd(Child child, String... question) throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString()));
            command.add(Long.toString(child.pid()));
            command.addAll(List.of(question));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(answer).isZero();
            return answer;
        }

        private static long number(String text, Pattern pattern) {
            Matcher matcher = pattern.matcher(text);
            assertThat(matcher.find()).as(text).isTrue();
            return Long.parseLong(matcher.group(1));
        }
    }
}
