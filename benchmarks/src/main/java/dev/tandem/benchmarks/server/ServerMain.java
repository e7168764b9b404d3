package dev.tandem.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * One server under test as a process: {@code --server NAME [--protocol raw|frames] [--host A] [--port N] [--loops N]}.
 *
 * <p>Prints {@code listening on HOST:PORT} and then answers commands, one per line on standard input, each with lines of
 * {@code key=value} and an empty line. It ends when standard input does, so no server outlives its runner.
 */
public final class ServerMain {

    private static final int BAD_USAGE = 2;

    private final EchoServer server;

    private ServerMain(EchoServer server) {
        this.server = server;
    }

    /** Starts the server that the arguments name. */
    public static void main(String[] arguments) throws Exception {
        try {
            Map<String, String> options = options(arguments);
            ServerMain main = new ServerMain(EchoServers.create(options.getOrDefault("server", "(none given)")));
            main.run(settings(options));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_USAGE);
        }
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new TreeMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
                throw new IllegalArgumentException("Expected --option value, but was " + arguments[i] + ".");
            }
            options.put(arguments[i].substring(2), arguments[i + 1]);
        }
        return options;
    }

    private static ServerSettings settings(Map<String, String> options) {
        return new ServerSettings(
                Protocol.of(options.getOrDefault("protocol", "raw")),
                options.getOrDefault("host", "127.0.0.1"),
                Integer.parseInt(options.getOrDefault("port", "0")),
                Integer.parseInt(options.getOrDefault("loops", "1")));
    }

    private void run(ServerSettings settings) throws Exception {
        InetSocketAddress address;
        try {
            address = server.start(settings);
        } catch (Exception | LinkageError e) {
            System.err.println("The server did not start: " + e);
            e.printStackTrace();
            System.exit(1);
            return;
        }
        System.out.println("listening on " + address.getAddress().getHostAddress() + ":" + address.getPort());
        answerCommands();
        // Servers differ in how they stop, and nothing they hold outlives the process.
        Runtime.getRuntime().halt(0);
    }

    private void answerCommands() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            StringBuilder answer = new StringBuilder();
            answer(command)
                    .forEach((key, value) -> answer.append(key)
                            .append('=')
                            .append(value.replace('\n', ' '))
                            .append('\n'));
            System.out.println(answer);
        }
    }

    private Map<String, String> answer(String command) {
        return switch (command) {
            case "verdict" -> verdict();
            case "counters" -> RuntimeCounters.read();
            case "gc" -> {
                System.gc();
                yield RuntimeCounters.read();
            }
            default -> Map.of("error", "There is no command " + command + ".");
        };
    }

    private Map<String, String> verdict() {
        Map<String, String> verdict = new TreeMap<>(server.verdict());
        verdict.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        verdict.put(
                "flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        return verdict;
    }
}
