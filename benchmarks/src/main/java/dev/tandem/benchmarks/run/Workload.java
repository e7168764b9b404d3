package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.server.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A load by name: {@code pingpong-c50-64b}, {@code frames-c50-64b-d64}, {@code stream-c8-64k}, {@code churn-c50-64b},
 * {@code idle-c64-64b-i10000}, {@code memory-c10000}, {@code rate-c50-64b-p70}, {@code slow-c50-64b-s10}.
 *
 * @param kind its shape
 * @param connections {@code c}: how many at a time
 * @param sizeBytes {@code b} or {@code k}: bytes of a message
 * @param depth {@code d}: messages sent at once
 * @param idle {@code i}: further connections that do nothing
 * @param slow {@code s}: connections of these that hardly read
 * @param ratePercent {@code p}: share of the slowest server's peak, 0 if the rate is given
 * @param ratePerSecond {@code r}: messages per second, 0 if it is to be found out
 */
public record Workload(
        Kind kind,
        int connections,
        int sizeBytes,
        int depth,
        int idle,
        int slow,
        int ratePercent,
        double ratePerSecond) {

    /** Requires a load. */
    public Workload {
        if (connections < 1 || sizeBytes < 1 || depth < 1) {
            throw new IllegalArgumentException(
                    "A workload has at least 1 connection, 1 byte and 1 message at once, but these" + " were "
                            + connections + ", " + sizeBytes + " and " + depth + ".");
        }
        if (sizeBytes > MESSAGE_BYTES_MAX || (sizeBytes + 4L) * depth > BURST_BYTES_MAX) {
            throw new IllegalArgumentException("A message has at most " + MESSAGE_BYTES_MAX
                    + " bytes, and what is sent at once " + BURST_BYTES_MAX + ", but these were " + sizeBytes
                    + " bytes, "
                    + depth + " at once.");
        }
        if (kind == Kind.RATE && ratePercent == 0 && !(ratePerSecond > 0)) {
            throw new IllegalArgumentException(
                    "A workload rate-... needs a rate: p70 (percent of the slowest peak) or r20000 (messages per second).");
        }
        if (slow > connections) {
            throw new IllegalArgumentException(
                    "Of " + connections + " connections, " + slow + " cannot be slow readers.");
        }
    }

    /** Shapes of load. */
    public enum Kind {
        /** Each connection sends a message and awaits the reply. */
        PINGPONG("echo", "ping-pong", "cb"),
        /** Each connection sends several frames at once and awaits all replies. */
        FRAMES("frames", "frames", "cbd"),
        /** Each connection sends without pause. */
        STREAM("stream", "streaming", "cb"),
        /** Connect, one message, close. */
        CHURN("churn", "a connection per message", "cb"),
        /** Ping-pong beside connections that do nothing. */
        IDLE("echo", "beside idle connections", "cbi"),
        /** What an idle connection costs in memory. */
        MEMORY("idle", "idle connections", "c"),
        /** Ping-pong at a fixed rate, for latency. */
        RATE("rate", "at a given rate", "cbpr"),
        /** Ping-pong beside connections that hardly read. */
        SLOW("slow", "beside slow readers", "cbs");

        private final String driverMode;
        private final String words;
        private final String letters;

        /** @param letters of the parts that a name of this kind may have; any other would be lost from it */
        Kind(String driverMode, String words, String letters) {
            this.driverMode = driverMode;
            this.words = words;
            this.letters = letters;
        }

        /** What people call it. */
        public String words() {
            return words;
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern PART = Pattern.compile("([cdispr])(\\d{1,8})|(\\d{1,6})([bk])");
    private static final int KIB = 1024;
    // What the drivers take.
    private static final int MESSAGE_BYTES_MAX = 1 << 26;
    private static final int BURST_BYTES_MAX = 1 << 30;
    private static final int SLOW_WINDOW_BYTES = 1 << 20;

    /** Reads a name. */
    public static Workload parse(String name) {
        String[] parts = name.split("-");
        for (Kind kind : Kind.values()) {
            if (kind.label().equals(parts[0])) {
                return new Parser(kind, name).parse(parts);
            }
        }
        throw new IllegalArgumentException("There is no workload " + name + ". A name begins with "
                + String.join(
                        ", ", List.of(Kind.values()).stream().map(Kind::label).toList())
                + ", such as pingpong-c50-64b.");
    }

    private static final class Parser {

        private final Kind kind;
        private final String name;
        private int connections = 50;
        private int size = 64;
        private int depth = 1;
        private int idle;
        private int slow;
        private int percent;
        private double rate;

        Parser(Kind kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        Workload parse(String[] parts) {
            for (String part : List.of(parts).subList(1, parts.length)) {
                Matcher matcher = PART.matcher(part);
                if (!matcher.matches() || !kind.letters.contains(letter(matcher))) {
                    throw new IllegalArgumentException("The part " + part + " of workload " + name
                            + " means nothing. Parts are c50 (connections) and 64b or 64k (size), and of frames d16 (depth),"
                            + " of idle i1000 (idle), of slow s10 (slow), of rate p70 (percent of the slowest peak) or"
                            + " r20000 (messages per second).");
                }
                take(matcher);
            }
            return new Workload(kind, connections, size, depth, idle, slow, percent, rate);
        }

        private static String letter(Matcher matcher) {
            return matcher.group(1) == null ? "b" : matcher.group(1);
        }

        private void take(Matcher matcher) {
            if (matcher.group(1) == null) {
                size = Integer.parseInt(matcher.group(3)) * (matcher.group(4).equals("k") ? KIB : 1);
                return;
            }
            int number = Integer.parseInt(matcher.group(2));
            switch (matcher.group(1)) {
                case "c" -> connections = number;
                case "d" -> depth = number;
                case "i" -> idle = number;
                case "s" -> slow = number;
                case "p" -> percent = number;
                default -> rate = number;
            }
        }
    }

    /** The name, as it is parsed. */
    public String name() {
        List<String> parts = new ArrayList<>(List.of(kind.label(), "c" + connections));
        if (kind != Kind.MEMORY) {
            parts.add(sizeBytes % KIB == 0 && sizeBytes >= 16 * KIB ? sizeBytes / KIB + "k" : sizeBytes + "b");
        }
        addIfPositive(parts, "d", kind == Kind.FRAMES ? depth : 0);
        addIfPositive(parts, "i", idle);
        addIfPositive(parts, "s", slow);
        addIfPositive(parts, "p", ratePercent);
        addIfPositive(parts, "r", ratePercent == 0 ? (int) ratePerSecond : 0);
        return String.join("-", parts);
    }

    private static void addIfPositive(List<String> parts, String letter, int number) {
        if (number > 0) {
            parts.add(letter + number);
        }
    }

    /** What servers echo in it. */
    public Protocol protocol() {
        return kind == Kind.FRAMES ? Protocol.FRAMES : Protocol.RAW;
    }

    /** Whether it is about latency at a given rate, not about cost. */
    public boolean isPaced() {
        return kind == Kind.RATE;
    }

    /** This workload when the peak is known that a share of is meant; itself if its rate is given. */
    public Workload atShareOf(double peak) {
        double rate = ratePercent == 0 ? ratePerSecond : Math.max(1, Math.floor(peak * ratePercent / 100));
        return new Workload(kind, connections, sizeBytes, depth, idle, slow, ratePercent, rate);
    }

    /** The options that make a driver put it on. */
    List<String> asDriverOptions() {
        List<String> options = new ArrayList<>(List.of("--mode", kind.driverMode));
        options.addAll(List.of("--conns", Integer.toString(connections)));
        options.addAll(List.of("--size", Integer.toString(sizeBytes)));
        options.addAll(List.of("--depth", Integer.toString(depth)));
        if (kind == Kind.SLOW) {
            options.addAll(List.of("--slow", Integer.toString(slow)));
            options.addAll(List.of("--window", Integer.toString(SLOW_WINDOW_BYTES)));
        }
        return options;
    }

    /** The ping-pong whose peak a share of is meant. */
    public Workload peak() {
        return new Workload(Kind.PINGPONG, connections, sizeBytes, 1, 0, 0, 0, 0);
    }

    /** Descriptors a server or driver needs for it. */
    public int descriptors() {
        return connections + idle;
    }

    /** In words, for reports. */
    public String title() {
        String size = sizeBytes >= KIB && sizeBytes % KIB == 0 ? sizeBytes / KIB + " KiB" : sizeBytes + " B";
        String who = connections == 1 ? "1 connection" : connections + " connections";
        return switch (kind) {
            case PINGPONG -> "Ping-pong, " + who + ", " + size;
            case FRAMES -> "Frames, " + who + ", " + size + ", " + depth + " at once";
            case STREAM -> "Streaming, " + who + ", " + size;
            case CHURN -> "Connect, one message of " + size + ", close; " + connections + " at a time";
            case IDLE -> "Ping-pong, " + who + ", " + size + ", beside " + idle + " idle";
            case MEMORY -> "Memory of " + connections + " idle connections";
            case RATE ->
                "Latency, " + who + ", " + size + ", at "
                        + (ratePercent > 0
                                ? ratePercent + " % of the slowest peak"
                                : (int) ratePerSecond + " messages/s");
            case SLOW -> "Ping-pong, " + who + ", " + size + ", of which " + slow + " hardly read";
        };
    }
}
