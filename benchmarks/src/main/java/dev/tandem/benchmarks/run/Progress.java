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

    /** Planned seconds that are behind us, so that the time left follows the real pace. */
    void done(double seconds) {
        doneSeconds += seconds;
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

    private String timeLeft() {
        double elapsed = (System.nanoTime() - beginNanos) / 1e9;
        double pace = doneSeconds > 0 ? Math.max(0.5, elapsed / doneSeconds) : 1;
        double left = Math.min((plannedSeconds - doneSeconds) * pace, secondsMax - elapsed);
        long seconds = Math.round(Math.max(0, left));
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds % 3600 / 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
