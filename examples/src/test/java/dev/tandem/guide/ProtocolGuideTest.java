package dev.tandem.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.guide.ProtocolGuide.Reply;
import dev.tandem.guide.ProtocolGuide.Request;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.testkit.CodecVerifier;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs every step of docs/protocols.md, and holds the page to the code. */
final class ProtocolGuideTest {

    @Test
    void bytesAreSquared() throws Exception {
        try (TcpServer server = ProtocolGuide.bytes(0).start();
                Socket client = connect(server)) {
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            out.writeInt(7);
            out.writeInt(-9);
            DataInputStream in = new DataInputStream(client.getInputStream());
            assertThat(in.readLong()).isEqualTo(49);
            assertThat(in.readLong()).isEqualTo(81);
        }
    }

    @Test
    void everyWayOfAnsweringRemembers() throws Exception {
        for (TcpServerBuilder builder : List.of(
                ProtocolGuide.messages(0),
                ProtocolGuide.later(0),
                ProtocolGuide.blocking(0),
                ProtocolGuide.watched(0),
                ProtocolGuide.bounded(0))) {
            try (TcpServer server = builder.start();
                    Socket client = connect(server)) {
                assertThat(ask(client, "P", "color", "blue")).isEqualTo(new Reply(true, ""));
                assertThat(ask(client, "G", "color")).isEqualTo(new Reply(true, "blue"));
                assertThat(ask(client, "G", "size")).isEqualTo(new Reply(false, ""));
            }
        }
    }

    @Test
    void aFrameThatIsNoRequestClosesItsConnection() throws Exception {
        try (TcpServer server = ProtocolGuide.messages(0).start();
                Socket client = connect(server)) {
            client.getOutputStream().write(new byte[] {0, 0, 0, 3, 'G', 0x7f, 0x7f});
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void watchersHearOfEverythingAndEverybodyHearsOfTheEnd() throws Exception {
        try (TcpServer server = ProtocolGuide.watched(0).start();
                Socket watcher = connect(server);
                Socket writer = connect(server)) {
            assertThat(ask(watcher, "G", "")).isEqualTo(new Reply(false, ""));
            assertThat(ask(writer, "P", "color", "blue")).isEqualTo(new Reply(true, ""));
            assertThat(receive(watcher)).isEqualTo(new Reply(true, "color"));

            try (Socket wrong = connect(server)) {
                wrong.getOutputStream().write(new byte[] {0, 0, 0, 1, 'G'});
                assertThat(receive(wrong)).isEqualTo(new Reply(false, "Not understood."));
            }
            Thread drain = new Thread(server::drain);
            drain.start();
            assertThat(receive(watcher)).isEqualTo(new Reply(false, "Goodbye, after 1 requests."));
            assertThat(receive(writer)).isEqualTo(new Reply(false, "Goodbye, after 1 requests."));
        }
    }

    @Test
    void requestsAreReadAsTheyWereWritten() {
        CodecVerifier.of(ProtocolGuide.CLIENT, ProtocolGuide.CODEC)
                .messages(new Request(false, "key", ""), new Request(true, "", "ü"))
                .verify();
    }

    @Test
    void aGuestIsAnswered() throws Exception {
        try (TcpServer server = ProtocolGuide.watched(0).start();
                Socket client = connect(server)) {
            assertThat(ask(client, "P", "color", "blue")).isEqualTo(new Reply(true, ""));
            assertThat(ask(client, "G", "color")).isEqualTo(new Reply(true, "blue"));
        }
    }

    @Test
    void thePageShowsThisCode() throws Exception {
        StringBuilder code = new StringBuilder();
        for (String file : List.of("ProtocolGuide.java", "ProtocolGuideTest.java")) {
            code.append(
                    strip(Files.readAllLines(Path.of("src/test/java/dev/tandem/guide", file), StandardCharsets.UTF_8)));
        }
        boolean inJava = false;
        int shown = 0;
        for (String line : Files.readAllLines(Path.of("../docs/protocols.md"), StandardCharsets.UTF_8)) {
            if (line.startsWith("```")) {
                inJava = line.equals("```java");
            } else if (inJava && !line.isBlank()) {
                assertThat(code).contains(line.replaceAll("\\s", ""));
                shown++;
            }
        }
        assertThat(shown).isGreaterThan(80);
    }

    /** Without white space, because the page has narrower lines than the code. */
    private static String strip(List<String> lines) {
        return String.join("", lines).replaceAll("\\s", "");
    }

    private static Socket connect(TcpServer server) throws Exception {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static Reply ask(Socket client, String kind, String... texts) throws Exception {
        ByteBuf body = Unpooled.buffer().writeByte(kind.charAt(0));
        for (String text : texts) {
            ProtocolGuide.writeText(text, body);
        }
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeInt(body.readableBytes());
        out.write(body.array(), 0, body.readableBytes());
        return receive(client);
    }

    private static Reply receive(Socket client) throws Exception {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] reply = new byte[in.readInt()];
        in.readFully(reply);
        return ProtocolGuide.readReply(Unpooled.wrappedBuffer(reply));
    }
}
