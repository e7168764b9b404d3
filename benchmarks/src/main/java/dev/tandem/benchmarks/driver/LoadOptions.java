package dev.tandem.benchmarks.driver;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a load is made of. The names on the command line are those of the C driver.
 *
 * @param connections how many at a time
 * @param sizeBytes of one message, without its length
 * @param depth messages that are sent at once, before any of their replies is awaited
 * @param windowBytes in stream and slow mode, how much may be on its way
 * @param ratePerSecond in rate mode, messages per second over all connections
 * @param slowConnections in slow mode, how many of the connections hardly read
 * @param serverPid the server's process, 0 if its CPU time is not to be read
 * @param resident whether connections stay, for a load for each line of standard input
 * @param alsoPids of kernel threads whose CPU time counts as the server's
 * @param sources how many local addresses connections come from, 127.0.0.2 and up if more than one
 */
public record LoadOptions(
        Mode mode,
        InetSocketAddress server,
        int connections,
        int sizeBytes,
        int depth,
        double seconds,
        double warmUpSeconds,
        int windowBytes,
        double ratePerSecond,
        int slowConnections,
        long serverPid,
        List<Long> alsoPids,
        int sources,
        double timeoutSeconds,
        long seed,
        boolean spin,
        boolean resident) {

    /** Shapes of load. */
    public enum Mode {
        /** Each connection sends {@code depth} messages at once and awaits all replies. */
        ECHO,
        /** The same, with a 4-byte length in front of each message. */
        FRAMES,
        /** Messages without pause, up to the window. */
        STREAM,
        /** Connect, one message, close. */
        CHURN,
        /** Opens connections, one echo each, and holds them. */
        IDLE,
        /** Messages on a schedule, whatever the server does. */
        RATE,
        /** Echo, beside connections that send a window and hardly read. */
        SLOW;

        /** The name on the command line and in results. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int MESSAGE_BYTES_MAX = 1 << 26;
    private static final int CHURN_SOURCES = 64;
    private static final int CONNECTIONS_PER_SOURCE = 20_000;

    /** Requires every number to be in its range. */
    public LoadOptions {
        require("conns", connections, 1, 1_000_000);
        require("size", sizeBytes, 1, MESSAGE_BYTES_MAX);
        require("depth", depth, 1, 1 << 20);
        require("seconds", seconds, 0, 1e6);
        require("warmup", warmUpSeconds, 0, 1e6);
        require("window", windowBytes, 1, 1 << 30);
        require("rate", ratePerSecond, 1, 1e9);
        require("slow", slowConnections, 0, connections);
        require("sources", sources, 1, 250);
        require("timeout", timeoutSeconds, 0.1, 1e6);
    }

    private static void require(String option, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(
                    "--" + option + " must be from " + min + " to " + max + ", but was " + value + ".");
        }
    }

    /** Reads {@code --option value} pairs. */
    static LoadOptions parse(List<String> words) {
        Words options = new Words(words);
        Mode mode = options.mode();
        int connections = (int) options.number("conns", 1);
        int size = (int) options.number("size", mode == Mode.STREAM ? 65536 : 64);
        boolean bursts = mode == Mode.ECHO || mode == Mode.FRAMES || mode == Mode.SLOW;
        int depth = (int) options.number("depth", 1);
        LoadOptions parsed = new LoadOptions(
                mode,
                new InetSocketAddress(options.text("host", "127.0.0.1"), (int) options.number("port", 0)),
                connections,
                size,
                bursts ? depth : 1,
                options.number("seconds", 4),
                options.number("warmup", 1),
                Math.max(size, (int) options.number("window", 1 << 18)),
                options.number("rate", 10_000),
                (int) options.number("slow", 0),
                (long) options.number("server-pid", 0),
                options.alsoPids(),
                (int) options.number("sources", defaultSources(mode, connections)),
                options.number("timeout", 10),
                (long) options.number("seed", 1),
                options.flag("spin"),
                options.flag("resident"));
        options.requireAllUsed();
        if (parsed.server().isUnresolved()) {
            throw new IllegalArgumentException(
                    "There is no address of the host " + parsed.server().getHostString() + ".");
        }
        return parsed;
    }

    private static int defaultSources(Mode mode, int connections) {
        return switch (mode) {
            case CHURN -> CHURN_SOURCES;
            case IDLE -> 1 + connections / CONNECTIONS_PER_SOURCE;
            default -> 1;
        };
    }

    boolean frames() {
        return mode == Mode.FRAMES;
    }

    private static final class Words {

        private final Map<String, String> values = new HashMap<>();
        private final List<Long> alsoPids = new ArrayList<>();

        Words(List<String> words) {
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (word.equals("--spin") || word.equals("--resident")) {
                    values.put(word.substring(2), "true");
                } else if (word.equals("--also-pid") && i + 1 < words.size()) {
                    alsoPids.add(Long.parseLong(words.get(++i)));
                } else if (word.startsWith("--") && i + 1 < words.size()) {
                    values.put(word.substring(2), words.get(++i));
                } else {
                    throw new IllegalArgumentException("Expected --option value, but was " + word + ".");
                }
            }
        }

        Mode mode() {
            String label = text("mode", "echo");
            for (Mode mode : Mode.values()) {
                if (mode.label().equals(label)) {
                    return mode;
                }
            }
            throw new IllegalArgumentException("There is no mode " + label + ".");
        }

        String text(String option, String otherwise) {
            String value = values.remove(option);
            return value == null ? otherwise : value;
        }

        double number(String option, double otherwise) {
            String value = values.remove(option);
            try {
                return value == null ? otherwise : Double.parseDouble(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("--" + option + " must be a number, but was " + value + ".", e);
            }
        }

        /** The one option that may come more than once. */
        List<Long> alsoPids() {
            return List.copyOf(alsoPids);
        }

        boolean flag(String option) {
            return values.remove(option) != null;
        }

        void requireAllUsed() {
            if (!values.isEmpty()) {
                throw new IllegalArgumentException(
                        "There is no option --" + String.join(", --", values.keySet()) + ".");
            }
        }
    }
}
