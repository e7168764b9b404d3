package dev.tandem.examples;

import dev.tandem.codec.Codec;
import dev.tandem.codec.Lines;
import dev.tandem.connection.CloseReason;
import dev.tandem.message.Group;
import dev.tandem.message.MessageHandler;
import dev.tandem.message.Session;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.transport.TransportException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A chat room of lines: what one says, all others read. Who does not read is closed, and holds up nobody. */
@Command(name = "chat", description = "A chat room: each line goes to everybody else. /nick NAME, /who, /quit.")
final class Chat implements Callable<Integer> {

    private static final int LINE_BYTES_MAX = 4096;
    private static final int LINE_CHARACTERS_MAX = 1000;
    private static final int UNREAD_BYTES_MAX = 256 * 1024;
    private static final Duration UNREAD_MAX = Duration.ofSeconds(10);
    private static final Duration QUIET_MAX = Duration.ofHours(1);

    private static final Codec<String, String> LINES =
            Lines.lf().maxFrame(LINE_BYTES_MAX).text();

    @Mixin
    private ExampleServer server = new ExampleServer();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 9002;

    private final Group<String> room = new Group<>(LINES);
    private final AtomicInteger guests = new AtomicInteger();

    @Override
    public Integer call() throws TransportException {
        return server.run("chat", port, describe());
    }

    TcpServerBuilder describe() {
        return TcpServer.builder()
                .connectionLimits(limits -> limits.withOutbound(UNREAD_BYTES_MAX / 4, UNREAD_BYTES_MAX)
                        .withWriteStall(UNREAD_MAX)
                        .withIdle(QUIET_MAX)
                        .withFirstByte(QUIET_MAX))
                .servePerConnection(LINES, Guest::new);
    }

    /** One connection in the room. */
    private final class Guest implements MessageHandler<String, String> {

        private String name = "guest" + guests.incrementAndGet();

        @Override
        public void onOpened(Session<String> session) {
            session.send("* You are " + name + ". /nick NAME renames you, /who counts, /quit leaves.");
            room.send("* " + name + " has joined.");
            room.join(session);
        }

        @Override
        public String onMessage(Session<String> session, String line) {
            if (line.startsWith("/")) {
                return command(session, line.strip());
            }
            if (line.length() > LINE_CHARACTERS_MAX) {
                return "* A line has at most " + LINE_CHARACTERS_MAX + " characters.";
            }
            // Nobody's terminal obeys somebody else.
            room.send(name + ": " + line.replaceAll("\\p{Cc}", " "), session);
            return null;
        }

        private String command(Session<String> session, String line) {
            if (line.equals("/quit")) {
                session.close();
                return "* Goodbye.";
            }
            if (line.equals("/who")) {
                return "* " + room.size() + " here.";
            }
            if (line.startsWith("/nick ") && line.substring(6).matches("\\w{1,20}")) {
                String former = name;
                name = line.substring(6);
                room.send("* " + former + " is now " + name + ".");
                return null;
            }
            return "* Not understood. A name has 1 to 20 letters, digits and underscores.";
        }

        @Override
        public void onBadFrame(Session<String> session, Throwable why) {
            session.send("* Lines of UTF-8 only, of at most " + LINE_BYTES_MAX + " bytes. Goodbye.");
        }

        @Override
        public void onDrain(Session<String> session) {
            session.send("* The room closes.");
        }

        @Override
        public void onClosed(Session<String> session, CloseReason why) {
            room.send("* " + name + " has left (" + why + ").");
        }
    }
}
