package dev.tandem.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What guests of the chat see. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"epoll", "io_uring"})
@Timeout(60)
class ChatTest {

    @Parameter
    String transport;

    private TcpServer server;

    @BeforeEach
    void start() throws IOException {
        server = new Chat()
                .describe()
                .transport(TransportChoice.require(transport))
                .listen(0)
                .loops(2)
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A client that reads and writes lines. */
    private final class Guest implements AutoCloseable {

        private final Socket socket = new Socket();
        private final BufferedReader reader;

        Guest(int receiveBufferBytes) throws IOException {
            socket.setReceiveBufferSize(receiveBufferBytes);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** A guest who was welcomed and has a name. */
        Guest(String name) throws IOException {
            this(1 << 16);
            assertThat(read()).startsWith("* You are guest");
            say("/nick " + name);
            assertThat(read()).endsWith("is now " + name + ".");
        }

        Guest say(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        String read() throws IOException {
            return reader.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void whatOneSaysTheOthersRead() throws IOException {
        try (Guest ann = new Guest("ann");
                Guest bob = new Guest("bob")) {
            assertThat(ann.read()).isEqualTo("* guest2 has joined.");
            assertThat(ann.read()).isEqualTo("* guest2 is now bob.");

            ann.say("Grüße\033[31m!");
            bob.say("hi").say("/who");

            assertThat(bob.read()).isEqualTo("ann: Grüße [31m!");
            assertThat(bob.read()).isEqualTo("* 2 here.");
            assertThat(ann.read()).isEqualTo("bob: hi");
        }
    }

    @Test
    void whoLeavesSaysGoodbyeAndIsAnnounced() throws IOException {
        try (Guest ann = new Guest("ann")) {
            Guest bob = new Guest("bob");
            assertThat(ann.read()).isEqualTo("* guest2 has joined.");
            assertThat(ann.read()).isEqualTo("* guest2 is now bob.");

            bob.say("/quit").say("unheard");
            assertThat(bob.read()).isEqualTo("* Goodbye.");
            assertThat(bob.read()).isNull();
            bob.close();

            assertThat(ann.read()).isEqualTo("* bob has left (CLOSED).");
        }
    }

    @Test
    void whatIsNotUnderstoodIsSaid() throws IOException {
        try (Guest ann = new Guest("ann")) {
            assertThat(ann.say("/nick no spaces").read()).startsWith("* Not understood.");
            assertThat(ann.say("x".repeat(1_001)).read()).isEqualTo("* A line has at most 1000 characters.");
            assertThat(ann.say("x".repeat(5_000)).read()).startsWith("* Lines of UTF-8 only");
            assertThat(ann.read()).isNull();
        }
    }

    @Test
    void whoDoesNotReadIsClosedAndTheOthersTalkOn() throws IOException {
        try (Guest ann = new Guest("ann");
                Guest sleeper = new Guest(4096);
                Guest bob = new Guest("bob")) {
            for (int i = 0; i < 3; i++) {
                ann.read();
            }
            String chatter = "x".repeat(1_000);
            String heard = "";
            for (int i = 0; !heard.equals("* guest2 has left (OUTBOUND_OVERFLOW)."); i++) {
                ann.say(i + chatter.substring(10));
                heard = bob.read();
            }

            assertThat(bob.say("still here").socket.isConnected()).isTrue();
            assertThat(sleeper.socket.isConnected()).isTrue();
            assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.OUTBOUND_OVERFLOW);
        }
    }

    @Test
    void whoIsThereWhenTheRoomClosesIsTold() throws IOException {
        try (Guest ann = new Guest("ann")) {
            Thread drain = new Thread(server::drain);
            drain.start();

            assertThat(ann.read()).isEqualTo("* The room closes.");
            assertThat(ann.read()).isNull();
        }
    }
}
