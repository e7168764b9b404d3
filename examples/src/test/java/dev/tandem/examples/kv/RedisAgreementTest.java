package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Asks a real Redis whether the wire cases are right, and compares it with the engine on random commands. It empties that
 * server, so it runs only where one is named: {@code -Dtandem.kv.redis=6379}, a port on loopback.
 */
@EnabledIfSystemProperty(named = "tandem.kv.redis", matches = "\\d+")
class RedisAgreementTest {

    private static final String END = "\u0000end";

    private static final List<String> COMMANDS = List.of(
            "GET",
            "SET",
            "SET",
            "SET",
            "MGET",
            "MSET",
            "DEL",
            "EXISTS",
            "INCR",
            "DECR",
            "INCRBY",
            "DECRBY",
            "APPEND",
            "STRLEN",
            "EXPIRE",
            "TTL",
            "PERSIST",
            "TYPE",
            "KEYS",
            "KEYS",
            "DBSIZE",
            "SETNX",
            "GETSET",
            "GETDEL",
            "SETEX",
            "SELECT",
            "FLUSHDB",
            "ECHO",
            "PING",
            "CONFIG",
            "NOTHING",
            "EXPIREAT");

    static Stream<WireCase> cases() {
        return WireCase.all().stream().filter(WireCase::redisAgrees);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void redisRepliesAsTheCaseSays(WireCase wire) throws IOException {
        try (Socket socket = connect()) {
            ask(socket, WireCase.command("FLUSHALL"));
            if (wire.resp3()) {
                ask(socket, WireCase.command("HELLO", "3"));
            }
            assertThat(answer(socket, wire.request())).isEqualTo(latin1(wire.reply()) + (wire.closes() ? END : ""));
        }
    }

    @Test
    void randomCommandsAreAnsweredAlike() throws IOException {
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        String repeat = "Repeat with -Dtandem.seed=" + seed;
        Random random = new Random(seed);
        try (Socket socket = connect()) {
            ask(socket, WireCase.command("FLUSHALL"));
            KvSession session =
                    new KvEngine(KvSettings.defaults(), System::currentTimeMillis).open(message -> {}, "peer", "local");
            for (int i = 0; i < 5_000; i++) {
                byte[] command = randomCommand(random);
                assertThat(EngineReply.of(session, command))
                        .as(repeat + ", command " + i + ": " + latin1(command))
                        .isEqualTo(ask(socket, command));
            }
        }
    }

    private static byte[] randomCommand(Random random) {
        List<String> arguments = RandomCommands.next(random, COMMANDS);
        byte[] command = WireCase.command(arguments.toArray(String[]::new));
        if (!arguments.get(0).equals("KEYS")) {
            return command;
        }
        // Redis returns keys in an order of its own; with one key at most there is one order.
        return concat(WireCase.command("FLUSHDB"), WireCase.command("SET", "abc", ""), command);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", Integer.getInteger("tandem.kv.redis"));
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** The replies to one or more commands, found by the reply to an ECHO behind them. */
    private static String ask(Socket socket, byte[] request) throws IOException {
        String mark = "end-of-answer";
        socket.getOutputStream().write(concat(request, WireCase.command("ECHO", mark)));
        String marked = "$" + mark.length() + "\r\n" + mark + "\r\n";
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[65536];
        while (answer.length() < marked.length() || answer.lastIndexOf(marked) != answer.length() - marked.length()) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                return answer + END;
            }
            answer.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return answer.substring(0, answer.length() - marked.length());
    }

    /** Everything sent until the connection ends, which it does when our half ends, or before. */
    private static String answer(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        socket.getOutputStream().write(WireCase.ascii("*2\r\n$4\r\nPING\r\n$9\r\nlast-ping\r\n"));
        socket.getOutputStream().flush();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        String mark = "$9\r\nlast-ping\r\n";
        byte[] buffer = new byte[65536];
        try {
            while (!latin1(all.toByteArray()).endsWith(mark)) {
                int count = in.read(buffer);
                if (count < 0) {
                    return latin1(all.toByteArray()) + END;
                }
                all.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            throw new IOException("No end of the answer after " + latin1(all.toByteArray()), e);
        } catch (IOException reset) {
            return latin1(all.toByteArray()) + END;
        }
        String text = latin1(all.toByteArray());
        return text.substring(0, text.length() - mark.length());
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
