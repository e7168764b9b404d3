package dev.tandem.examples.kv.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeysAheadTest {

    private static final String GET = "*2\r\n$3\r\nGET\r\n$3\r\none\r\n";
    private static final String SET = "*3\r\n$3\r\nSET\r\n$5\r\nthree\r\n$2\r\nvv\r\n";
    private static final String PING = "*1\r\n$4\r\nPING\r\n";

    private final KeysAhead ahead = new KeysAhead();

    @Test
    void theKeysOfWholeCommandsAreFoundAndTheCommandsStay() {
        ByteBuf in = Unpooled.copiedBuffer("..." + GET + SET + PING + GET, StandardCharsets.US_ASCII);
        in.skipBytes(3);
        assertThat(keys(in)).containsExactly("one", "three", "", "one");
        assertThat(in.readerIndex()).isEqualTo(3);
    }

    @Test
    void itStopsWhereACommandIsNotWhole() {
        String text = GET + SET;
        for (int length = 0; length < text.length(); length++) {
            List<String> expected = length < GET.length() ? List.of() : List.of("one");
            assertThat(keys(text.substring(0, length))).as("%d bytes", length).isEqualTo(expected);
        }
        assertThat(keys(text)).containsExactly("one", "three");
    }

    @Test
    void itStopsAtWhatIsOutOfTheOrdinary() {
        for (String other : List.of(
                "GET two\r\n",
                "\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*9\r\n" + "$1\r\na\r\n".repeat(9),
                "*02\r\n$3\r\nGET\r\n$3\r\ntwo\r\n",
                "*2\r\n$3\r\nGET\r\n$-1\r\ntwo\r\n",
                "*2\r\n$3\r\nGET\r\n:3\r\ntwo\r\n",
                "*2\r\n$3\r\nGET\r\n$000003\r\ntwo\r\n")) {
            assertThat(keys(GET + other + GET)).as(other).containsExactly("one");
        }
    }

    @Test
    void itLooksAtSoManyCommandsOnly() {
        assertThat(keys(GET.repeat(KeysAhead.COMMANDS_MAX + 1))).hasSize(KeysAhead.COMMANDS_MAX);
    }

    private List<String> keys(String text) {
        return keys(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private List<String> keys(ByteBuf in) {
        int commands = ahead.look(in);
        return IntStream.range(0, commands)
                .mapToObj(i -> in.toString(ahead.offset(i), ahead.length(i), StandardCharsets.US_ASCII))
                .toList();
    }
}
