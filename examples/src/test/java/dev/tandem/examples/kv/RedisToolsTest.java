package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.endtoend.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code redis-cli} and {@code redis-benchmark}, where they are installed: the Debian package {@code redis-tools}. */
class RedisToolsTest extends KvClients {

    private static final String CLI = "redis-cli";
    private static final String BENCHMARK = "redis-benchmark";

    @TempDir
    Path directory;

    private static void assumeInstalled(String tool) {
        boolean installed =
                Stream.of(System.getenv("PATH").split(":")).anyMatch(entry -> Files.isExecutable(Path.of(entry, tool)));
        assumeTrue(installed, () -> tool + " is not installed. It comes with the package redis-tools.");
    }

    /** Starts a tool against the server; its output goes into a file. */
    private Process start(Path input, Path output, String tool, String... arguments) {
        List<String> command = new ArrayList<>(List.of(tool, "-h", HOST, "-p", Integer.toString(server.port())));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .start();
            closeAfterwards(() -> process.destroyForcibly().waitFor());
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a tool prints until it ends, which it must do with exit code 0. */
    private String run(String input, String tool, String... arguments) throws Exception {
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), input);
        Path out = Files.createTempFile(directory, "out", "");
        Process process = start(in, out, tool, arguments);
        boolean ended = process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        String said = read(out);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private String cli(String... arguments) throws Exception {
        return run("", CLI, arguments);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-2", "-3"})
    void redisCliPrintsRepliesAsItDoesForRedis(String protocol) throws Exception {
        assumeInstalled(CLI);
        String commands = """
                PING
                SET k "a b"
                GET k
                GET none
                INCR n
                INCR k
                MGET k none n
                LPUSH l x
                CONFIG GET save
                """;
        assertThat(run(commands, CLI, protocol, "--no-raw"))
                .isEqualTo("""
                PONG
                OK
                "a b"
                (nil)
                (integer) 1
                (error) ERR value is not an integer or out of range
                1) "a b"
                2) (nil)
                3) "1"
                (error) ERR unknown command 'LPUSH', with args beginning with: 'l' 'x'\040
                """ + (protocol.equals("-3") ? "1# \"save\" => \"\"\n" : "1) \"save\"\n2) \"\"\n"));
    }

    @Test
    void redisCliTakesAValueFromItsInput() throws Exception {
        assumeInstalled(CLI);
        String value = "line\r\nline\n".repeat(10_000);
        assertThat(run(value, CLI, "-x", "SET", "k")).isEqualTo("OK\n");
        assertThat(cli("GET", "k")).isEqualTo(value + "\n");
    }

    @Test
    void redisCliLoadsThousandsOfKeysThroughItsPipe() throws Exception {
        assumeInstalled(CLI);
        int count = 10_000;
        StringBuilder commands = new StringBuilder();
        IntStream.range(0, count).forEach(i -> commands.append("SET key:" + i + " " + i + "\r\n"));

        assertThat(run(commands.toString(), CLI, "--pipe")).contains("errors: 0, replies: " + count);
        assertThat(cli("DBSIZE")).isEqualTo(count + "\n");
        assertThat(cli("--scan", "--pattern", "key:1*").lines()).hasSize((int) IntStream.range(0, count)
                .filter(i -> Integer.toString(i).startsWith("1"))
                .count());
        assertThat(cli("--bigkeys")).contains("Sampled " + count + " keys in the keyspace!");
    }

    @Test
    void redisCliPrintsWhatIsPublished() throws Exception {
        assumeInstalled(CLI);
        Path nothing = Files.writeString(directory.resolve("nothing"), "");
        Path out = directory.resolve("subscriber");
        start(nothing, out, CLI, "SUBSCRIBE", "news");
        Await.until("it has subscribed", () -> read(out).equals("subscribe\nnews\n1\n"));

        assertThat(cli("PUBLISH", "news", "hello")).isEqualTo("1\n");
        Await.until("it prints the message", () -> read(out).endsWith("message\nnews\nhello\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void redisBenchmarkRunsItsTestsWithoutAnError(int pipeline) throws Exception {
        assumeInstalled(BENCHMARK);
        int requests = 2_000;
        String said = run(
                "",
                BENCHMARK,
                "-t",
                "ping,set,get,incr,mset",
                "-n",
                Integer.toString(requests),
                "-P",
                Integer.toString(pipeline),
                "-c",
                "20",
                "-r",
                "100",
                "-d",
                "64",
                "--csv");

        assertThat(said.lines().map(line -> line.split(",")[0]))
                .containsExactly(
                        "\"test\"",
                        "\"PING_INLINE\"",
                        "\"PING_MBULK\"",
                        "\"SET\"",
                        "\"GET\"",
                        "\"INCR\"",
                        "\"MSET (10 keys)\"");
        assertThat(engine.stats.errorReplies).isZero();
        assertThat(engine.stats.commandsProcessed).isGreaterThanOrEqualTo(6L * requests);
    }
}
