package dev.tandem.endtoend;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the servers of this JVM log: still printed, and kept for the test at hand. */
final class Logs extends OutputStream {

    private static final Logs INSTANCE = new Logs(System.err);

    private final PrintStream printed;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final List<String> lines = new ArrayList<>();

    private Logs(PrintStream printed) {
        this.printed = printed;
        System.setErr(new PrintStream(this, true, StandardCharsets.UTF_8));
    }

    /** Keeps lines from now on, and forgets those kept so far. */
    static void begin() {
        synchronized (INSTANCE) {
            INSTANCE.lines.clear();
        }
    }

    /** The lines since {@link #begin} that contain {@code text}. */
    static List<String> with(String text) {
        synchronized (INSTANCE) {
            return INSTANCE.lines.stream().filter(kept -> kept.contains(text)).toList();
        }
    }

    /** What no test expects: leaks, and errors of the loop. */
    static List<String> alarms() {
        return Stream.of(" ERROR ", "LEAK", "An exception was thrown by", "Unexpected exception")
                .flatMap(text -> with(text).stream())
                .distinct()
                .toList();
    }

    @Override
    public synchronized void write(int octet) {
        printed.write(octet);
        if (octet == '\n') {
            lines.add(line.toString(StandardCharsets.UTF_8));
            line.reset();
        } else {
            line.write(octet);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
        for (int i = from; i < from + count; i++) {
            write(bytes[i]);
        }
    }

    @Override
    public void flush() {
        printed.flush();
    }
}
