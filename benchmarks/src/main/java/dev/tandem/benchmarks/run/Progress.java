package dev.tandem.benchmarks.run;

import java.io.PrintStream;
import java.util.Locale;

/** Tells people what is going on and how long it will take. One line that changes on a terminal, few lines elsewhere. */
public final class Progress {

    private static final int WIDTH = 110;

    private final PrintStream out;
    private final boolean terminal;
    private final long beginNanos = System.nanoTime();
    private double plannedSeconds;
    private double secondsMax;
    private double doneSeconds;
    private double partSeconds;
    private long partBeginNanos;
    private boolean lineOpen;

    /** @param terminal whether lines may be overwritten */
    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** @param secondsMax when it ends whatever happens */
    void plan(double seconds, double secondsMax) {
        plannedSeconds = seconds;
        this.secondsMax = secondsMax;
    }

    /** Something begins that was planned to take so long. */
    void begin(double seconds) {
        partSeconds = seconds;
        partBeginNanos = System.nanoTime();
    }

    /** It has ended, however long it took. */
    void end() {
        doneSeconds += partSeconds;
        partSeconds = 0;
    }

    /** A line that stays. */
    public void say(String line) {
        endLine();
        out.println(line);
    }

    /** A line that the next one replaces. */
    void step(String line) {
        if (terminal) {
            String text = "[" + timeLeft() + " left] " + line;
            out.print("\r" + String.format("%-" + WIDTH + "s", text.substring(0, Math.min(WIDTH, text.length()))));
            out.flush();
            lineOpen = true;
        }
    }

    /** A line for those without a terminal, who do not see steps. */
    void milestone(String line) {
        if (!terminal) {
            out.println("[" + timeLeft() + " left] " + line);
        }
    }

    private void endLine() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private String timeLeft() {
        double elapsed = secondsSince(beginNanos);
        double ofPart = Math.min(partSeconds, secondsSince(partBeginNanos));
        double left = Math.min(plannedSeconds - doneSeconds - ofPart, secondsMax - elapsed);
        long seconds = Math.round(Math.max(0, left));
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds % 3600 / 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
