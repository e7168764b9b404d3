package dev.tandem.benchmarks.run;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that is talked to in lines. Its standard error goes to a log.  */
final class ChildProcess implements Closeable {

    private static final int END_SECONDS_MAX = 3;
    /** What stands before the end of a log in a message. */
    static final String LOG_ENDS = " Its log ends: ";

    private static final int LOG_CHARACTERS_SHOWN = 600;
    private static final int LOG_LINES_SHOWN = 6;
    private static final String ENDED = new String("ended");

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    /** Ends every process that is still running, at once. */
    static void endAll() {
        RUNNING.forEach(Process::destroyForcibly);
    }

    private final String name;
    private final Process process;
    private final Path log;
    private final int logBegin;
    private final Writer input;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();

    private ChildProcess(String name, Process process, Path log, int logBegin) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logBegin = logBegin;
        this.input = process.outputWriter();
        Thread reader = new Thread(this::readOutput, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    static ChildProcess start(String name, List<String> command, Path log) throws LoadFailed {
        try {
            Files.createDirectories(log.getParent());
            int logBegin = Files.exists(log) ? (int) Files.size(log) : 0;
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            RUNNING.add(process);
            return new ChildProcess(name, process, log, logBegin);
        } catch (IOException e) {
            throw new LoadFailed(name + " did not start: " + e.getMessage(), e);
        }
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException e) {
            output.add("reading failed: " + e);
        }
        output.add(ENDED);
    }

    long pid() {
        return process.pid();
    }

    /** The next line it prints. */
    String line(double secondsMax) throws LoadFailed {
        try {
            String line = output.poll((long) (secondsMax * 1e9), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new LoadFailed(name + " hung: it printed nothing for " + secondsMax + " s." + logTail());
            }
            if (line == ENDED) {
                output.add(ENDED);
                process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
                throw new LoadFailed(name + " died"
                        + (process.isAlive() ? "" : " with exit code " + process.exitValue()) + "." + logTail());
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadFailed("interrupted", e);
        }
    }

    void say(String line) throws LoadFailed {
        try {
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw new LoadFailed(name + " died." + logTail(), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it said last on standard error, for a message. Those that had the log before it are not in it. */
    String logTail() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            List<String> lines = new String(bytes, logBegin, bytes.length - logBegin, StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
            String text = String.join(" | ", last);
            String end = text.substring(Math.max(0, text.length() - LOG_CHARACTERS_SHOWN));
            return text.isEmpty() ? "" : LOG_ENDS + end;
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends the process: by closing its input, then by a signal, then by force. */
    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            // It has ended already, or the signal below ends it.
        }
        try {
            process.destroy();
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(process);
    }
}
