package dev.tandem.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, for faults and signals that concern the process. Ended at the latest by {@link #close}. */
final class Child implements AutoCloseable {

    private static final Pattern LISTENING =
            Pattern.compile("\\S+ listening on \\S+:(\\d+) transport=(\\S+) loops=\\d+");

    private static final int SIGINT = 2;

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> err = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    private Child(ProcessBuilder builder, Path input) {
        try {
            process = builder.redirectInput(input.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        read(process.getInputStream(), out);
        read(process.getErrorStream(), err);
    }

    /** Starts a command. Variables of the environment are added to ours. */
    static Child start(Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new Child(builder, Path.of("/dev/null"));
    }

    /** Starts a command that reads this file. */
    static Child start(List<String> command, Path input) {
        return new Child(new ProcessBuilder(command), input);
    }

    /** The command that runs the echo example on a free port, in a JVM like this one. */
    static List<String> echo(List<String> options, String... arguments) {
        List<String> all = new ArrayList<>(List.of("echo", "--port", "0"));
        all.addAll(Arrays.asList(arguments));
        return java(options, "dev.tandem.examples.Main", all.toArray(String[]::new));
    }

    /** The command that runs a main class of ours in a JVM like this one. */
    static List<String> java(List<String> options, String main, String... arguments) {
        return java(System.getProperty("java.class.path"), options, main, arguments);
    }

    /** The same with another class path. */
    static List<String> java(String classPath, List<String> options, String main, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jdkOptions());
        command.add("-Dio.netty.leakDetection.level=paranoid");
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** What newer JDKs have to be told, as the launcher does. */
    static List<String> jdkOptions() {
        return Runtime.version().feature() < 24
                ? List.of()
                : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    private void read(InputStream stream, List<String> lines) {
        Thread reader = new Thread(() -> {
            try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                text.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException closed) {
                // The process has ended.
            }
        });
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    // ---- What it says ----

    List<String> out() {
        return List.copyOf(out);
    }

    List<String> err() {
        return List.copyOf(err);
    }

    /** Everything it has said, for the message of a failed test. */
    String said() {
        return "out: " + out + " err: " + err;
    }

    /** Waits until a line of its output contains this. */
    void awaitOutput(String text) {
        try {
            Await.until("'" + text + "' is printed", () -> contains(out, text) || !process.isAlive() && !isReading());
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + " " + said(), late);
        }
        if (!contains(out, text)) {
            throw new AssertionError("The process ended without printing '" + text + "'. " + said());
        }
    }

    /** Waits until a line of its log contains this, and returns the first that does. What it prints may be read before. */
    String awaitLog(String text) {
        try {
            Await.until("'" + text + "' is logged", () -> contains(err, text));
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + " " + said(), late);
        }
        return err.stream().filter(line -> line.contains(text)).findFirst().orElseThrow();
    }

    private static boolean contains(List<String> lines, String text) {
        return lines.stream().anyMatch(line -> line.contains(text));
    }

    private boolean isReading() {
        return readers.stream().anyMatch(Thread::isAlive);
    }

    /** The engine that the line of the examples names. */
    String transport() {
        awaitOutput(" listening on ");
        return listening().group(2);
    }

    /** The port of a server that prints the line of the examples, once it does. */
    int port() {
        awaitOutput(" listening on ");
        return Integer.parseInt(listening().group(1));
    }

    private Matcher listening() {
        return out.stream()
                .map(LISTENING::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .orElseThrow(() -> new AssertionError(said()));
    }

    // ---- What is done to it ----

    /** Sends a signal, such as {@code TERM}. */
    void signal(String name) {
        assumeFalse(
                name.equals("INT") && ignoresInterrupts(),
                "SIGINT is ignored, as by all that a shell has put into the background.");
        run("kill", "-" + name, Long.toString(process.pid()));
    }

    private boolean ignoresInterrupts() {
        String ignored = read(proc("status")).replaceFirst("(?s).*SigIgn:\\s*(\\p{XDigit}+).*", "$1");
        return (Long.parseUnsignedLong(ignored, 16) & 1 << SIGINT - 1) != 0;
    }

    /** Sets the soft limit on open files and leaves the hard one. */
    void limitDescriptors(long count) {
        run("prlimit", "--pid", Long.toString(process.pid()), "--nofile=" + count + ":");
    }

    private static void run(String... command) {
        try {
            Process ran = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (ran.waitFor() != 0) {
                throw new AssertionError(List.of(command) + " failed: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until it has ended, and returns its exit code. */
    int exitCode(Duration most) throws InterruptedException {
        if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("The process did not end within " + most.toMillis() + " ms. " + said());
        }
        for (Thread reader : readers) {
            reader.join(Await.PATIENCE.toMillis());
        }
        return process.exitValue();
    }

    /** The process that was started, or if that is a tracer, the one it traces. */
    private ProcessHandle server() {
        ProcessHandle handle = process.toHandle();
        Optional<ProcessHandle> traced = handle.children().findFirst();
        return traced.orElse(handle);
    }

    long pid() {
        return process.pid();
    }

    // ---- What it uses ----

    /** The time that its threads whose names begin like this have spent on CPUs. */
    Duration cpuOf(String threads) {
        try (Stream<Path> tasks = Files.list(proc("task"))) {
            return tasks.filter(task -> nameOf(task).startsWith(threads))
                    .map(task -> Duration.ofNanos(
                            Long.parseLong(read(task.resolve("schedstat")).split(" ")[0])))
                    .reduce(Duration.ZERO, Duration::plus);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException hasEnded) {
            // As the compiler threads of a JVM do that has nothing more to compile.
            return "";
        }
    }

    /** How many descriptors it has open. */
    long descriptors() {
        try (Stream<Path> entries = Files.list(proc("fd"))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is stopped, as by SIGSTOP. */
    boolean isStopped() {
        return read(Path.of("/proc", Long.toString(pid()), "stat")).contains(") T ");
    }

    /** The command line it runs. */
    String commandLine() {
        return read(proc("cmdline")).replace('\0', ' ');
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(server().pid()), file);
    }

    @Override
    public void close() {
        server().destroyForcibly();
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
