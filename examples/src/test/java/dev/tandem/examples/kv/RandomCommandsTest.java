package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command with random arguments: whatever they are, a command brings replies that are complete and well-formed. */
class RandomCommandsTest {

    private static final int COMMANDS = 30_000;

    private final KvEngine engine = new KvEngine(KvSettings.defaults(), System::currentTimeMillis);

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void everyReplyIsWellFormed(int protocol) {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> names = Stream.of(Command.values())
                .filter(command -> command != Command.QUIT)
                .map(command -> command.fullName.toUpperCase(Locale.ROOT))
                .toList();
        KvSession session = engine.open(message -> {}, "peer", "local");
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command = RandomCommands.next(random, names);
            String reply = EngineReply.of(session, command.toArray(String[]::new));
            assertThat(replies(reply))
                    .as("command %d, %s, seed %d, reply %s", i, command, seed, reply)
                    .isPositive();
            if (session.reply.protocol() != protocol || i % 100 == 0) {
                EngineReply.of(session, "RESET");
                EngineReply.of(session, "HELLO", Integer.toString(protocol));
            }
        }
    }

    /** How many replies there are, or -1 if they are not well-formed. */
    private static int replies(String text) {
        int count = 0;
        int at = 0;
        while (at >= 0 && at < text.length()) {
            at = endOfReply(text, at);
            count++;
        }
        return at < 0 ? -1 : count;
    }

    /** Where the reply that begins at {@code at} ends, or -1. */
    private static int endOfReply(String text, int at) {
        int lineEnd = at < text.length() ? text.indexOf("\r\n", at) : -1;
        if (lineEnd < 0) {
            return -1;
        }
        char type = text.charAt(at);
        String line = text.substring(at + 1, lineEnd);
        int next = lineEnd + 2;
        return switch (type) {
            case '+', '-', '_', '#' -> next;
            case ':' -> line.matches("-?\\d+") ? next : -1;
            case '$', '=' -> endOfBulk(text, next, Integer.parseInt(line));
            case '*', '~', '>' -> endOfElements(text, next, Integer.parseInt(line));
            case '%' -> endOfElements(text, next, 2 * Integer.parseInt(line));
            default -> -1;
        };
    }

    private static int endOfBulk(String text, int at, int length) {
        if (length < 0) {
            return at;
        }
        return text.startsWith("\r\n", at + length) ? at + length + 2 : -1;
    }

    private static int endOfElements(String text, int at, int count) {
        int end = at;
        for (int i = 0; i < count && end >= 0; i++) {
            end = endOfReply(text, end);
        }
        return end;
    }
}
