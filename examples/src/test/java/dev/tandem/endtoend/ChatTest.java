package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** The chat, as somebody runs it, with guests who talk, who do not read, and who are there when it ends. */
@OnBothTransports
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChatTest extends ProcessTest {

    private static final Duration ENDS_WITHIN = Await.PATIENCE;

    @Parameter
    String transport;

    private Child chat;

    @BeforeEach
    void open() {
        chat = start(Child.java(
                List.of(),
                "dev.tandem.examples.Main",
                "chat",
                "--port",
                "0",
                "--loops",
                "2",
                "--transport",
                transport));
    }

    /** A guest whose lines are read as they come, by a thread of its own, unless the guest sleeps. */
    private final class Guest implements AutoCloseable {

        private final Socket socket = new Socket();
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final Thread reader = new Thread(this::read);
        private volatile String end = "";

        Guest(int receiveBufferBytes) throws IOException {
            socket.setReceiveBufferSize(receiveBufferBytes);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), chat.port()), (int)
                    Await.PATIENCE.toMillis());
            reader.setDaemon(true);
            closeAfterwards(this);
        }

        /** A guest who has come in under this name. */
        Guest(String name) throws IOException {
            this(1 << 16);
            reader.start();
            say("/nick " + name);
            hears(" is now " + name + ".");
        }

        private void read() {
            try {
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    heard.add(line);
                }
                end = "end of stream";
            } catch (IOException e) {
                end = e.getMessage();
            }
        }

        Guest say(String... lines) throws IOException {
            socket.getOutputStream().write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** Waits until a line that ends like this was heard. */
        void hears(String ending) {
            try {
                Await.until("'" + ending + "' is heard", () -> hasHeard(ending));
            } catch (AssertionError late) {
                throw new AssertionError(late.getMessage() + " Heard: " + last(heard) + " " + end, late);
            }
        }

        boolean hasHeard(String ending) {
            return heard.stream().anyMatch(line -> line.endsWith(ending));
        }

        void awaitEnd() {
            Await.until("the stream ends", () -> !end.isEmpty());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static List<String> last(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - 5), lines.size());
    }

    @Test
    void whatOneSaysTheOthersRead() throws Exception {
        Guest ann = new Guest("ann");
        Guest bob = new Guest("bob");
        Guest eve = new Guest("eve");
        ann.hears("is now eve.");
        ann.say("Grüße\033[31m!");
        bob.hears("ann: Grüße [31m!");
        eve.hears("ann: Grüße [31m!");
        // CSI in one character, which terminals obey in UTF-8 too.
        ann.say("Grün\u009b31m!");
        bob.hears("ann: Grün 31m!");
        bob.say("one", "two", "/who");
        ann.hears("bob: two");
        bob.hears("* 3 here.");
        eve.hears("bob: two");
        eve.say("/quit", "unheard");
        eve.awaitEnd();
        ann.hears("* eve has left (CLOSED).");

        assertThat(eve.end).isEqualTo("end of stream");
        assertThat(last(eve.heard)).contains("bob: one", "bob: two").endsWith("* Goodbye.");
        assertThat(ann.heard)
                .containsSubsequence("bob: one", "bob: two", "* eve has left (CLOSED).")
                .noneMatch(line -> line.startsWith("ann:") || line.contains("unheard"));
    }

    @Test
    void whatIsNotUnderstoodIsSaid() throws Exception {
        Guest ann = new Guest("ann");
        ann.say("/nick no spaces");
        ann.hears("A name has 1 to 20 letters, digits and underscores.");
        ann.say("x".repeat(1_001));
        ann.hears("* A line has at most 1000 characters.");
        ann.say("x".repeat(5_000));
        ann.hears("* Lines of UTF-8 only, of at most 4096 bytes. Goodbye.");
        ann.awaitEnd();

        assertThat(ann.end).isEqualTo("end of stream");
    }

    @Test
    void whoDoesNotReadIsCutAndTheOthersTalkOn() throws Exception {
        Guest ann = new Guest("ann");
        Guest bob = new Guest("bob");
        Guest sleeper = new Guest(4096);
        ann.hears(" has joined.");
        String chatter = "x".repeat(900);
        int said = 0;
        // Some megabytes fit into the buffers of the kernel. Which bound is met first depends on the host.
        while (!left(ann, "OUTBOUND_OVERFLOW") && !left(ann, "WRITE_STALLED")) {
            assertThat(said).as("lines said").isLessThan(50_000);
            String line = said++ + chatter;
            ann.say(line);
            if (said % 50 == 0) {
                bob.hears(line);
            }
        }
        ann.say("still here");
        bob.hears("ann: still here");

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < said; i++) {
            expected.add("ann: " + i + chatter);
        }
        assertThat(bob.heard.stream().filter(line -> line.endsWith("x"))).isEqualTo(expected);
        sleeper.reader.start();
        sleeper.awaitEnd();
        assertThat(sleeper.end).isNotEqualTo("end of stream");
        assertThat(ann.end + bob.end).isEmpty();
    }

    private static boolean left(Guest listening, String why) {
        return listening.hasHeard(" has left (" + why + ").");
    }

    @Test
    void whoIsThereWhenTheRoomClosesIsTold() throws Exception {
        Guest ann = new Guest("ann");
        Guest bob = new Guest("bob");
        bob.say("last words");
        ann.hears("bob: last words");
        chat.signal("TERM");
        ann.awaitEnd();
        bob.awaitEnd();

        assertThat(ann.heard).endsWith("* The room closes.");
        assertThat(ann.end).isEqualTo("end of stream");
        assertThat(bob.end).isEqualTo("end of stream");
        // What the others leave behind is closed when they do.
        ann.close();
        bob.close();
        assertThat(chat.exitCode(ENDS_WITHIN)).as(chat.said()).isZero();
    }

    @Test
    void whoSleepsWhenTheRoomClosesHoldsUpNobody() throws Exception {
        Guest ann = new Guest("ann");
        Guest sleeper = new Guest(4096);
        ann.hears(" has joined.");
        chat.signal("TERM");
        ann.awaitEnd();
        ann.close();
        int exitCode = chat.exitCode(ENDS_WITHIN);

        assertThat(ann.heard).endsWith("* The room closes.");
        // Everything for it was delivered, so nothing of it was cut off.
        assertThat(exitCode).as(chat.said()).isZero();
        sleeper.reader.start();
        sleeper.awaitEnd();
        assertThat(last(sleeper.heard)).endsWith("* The room closes.");
    }
}
