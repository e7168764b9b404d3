package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.endtoend.Await;
import dev.tandem.endtoend.EndToEnd;
import dev.tandem.endtoend.OnBothTransports;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Messages stand among the replies of a subscriber where they were published. */
@OnBothTransports
class MessageOrderTest extends EndToEnd {

    private static final String HOST = "127.0.0.1";

    private final KvEngine engine = new KvEngine(KvSettings.defaults(), System::currentTimeMillis);

    @Test
    void aMessageThatWasPublishedFirstComesBeforeTheEndOfTheSubscription() throws Exception {
        TcpServer server = closeAfterwards(Kv.serving(engine)
                .listen(HOST, 0)
                .loops(1)
                .transport(TransportChoice.require(transport))
                .start());
        try (Socket subscriber = connect(server);
                Socket publisher = connect(server);
                Socket first = connect(server)) {
            send(subscriber, "SUBSCRIBE c\r\n");
            String subscribed = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
            assertThat(receive(subscriber, subscribed.length())).isEqualTo(subscribed);
            send(publisher, "PING\r\n");
            receive(publisher, 7);

            // While the loop waits for the engine both others ask, one after the other, so that one turn hears both.
            synchronized (engine) {
                send(first, "PING\r\n");
                Await.until("the loop waits for the engine", MessageOrderTest::theLoopWaits);
                send(publisher, "PUBLISH c hi\r\n");
                send(subscriber, "UNSUBSCRIBE c\r\nGET k\r\n");
            }

            String message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
            String confirmed = "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n";
            String expected = message + confirmed + "$-1\r\n";
            assertThat(receive(subscriber, expected.length())).isEqualTo(expected);
        }
    }

    private static boolean theLoopWaits() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getState() == Thread.State.BLOCKED)
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getClassName().equals(KvConnection.class.getName()));
    }

    private static Socket connect(TcpServer server) throws IOException {
        Socket socket = new Socket(HOST, server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String receive(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }
}
