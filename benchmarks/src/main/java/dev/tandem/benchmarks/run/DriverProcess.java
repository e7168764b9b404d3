package dev.tandem.benchmarks.run;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A driver with its connections to one server. It rests until it is told to put a load on, and rests again when every reply
 * has come, so that many of them can be there while one is at work.
 */
final class DriverProcess implements Closeable {

    private static final String C = "c";
    private static final String JAVA = "java";

    /** The heap is small and filled once: the driver allocates nothing per message. */
    private static final List<String> JAVA_FLAGS = List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC");

    private static final double OPEN_SECONDS_MAX = 60;
    private static final double SECONDS_BEYOND_MAX = 25;
    /** A reply that takes longer than this is a failure. */
    private static final String TIMEOUT_SECONDS = "10";

    private final String program;
    private final ChildProcess process;

    private DriverProcess(String program, ChildProcess process) {
        this.program = program;
        this.process = process;
    }

    /** Starts a driver; its connections are open when this returns. */
    static DriverProcess open(Launch launch, ServerProcess server, Workload workload) throws LoadFailed {
        List<String> options = new ArrayList<>();
        for (long thread : launch.softirqThreads()) {
            options.addAll(List.of("--also-pid", Long.toString(thread)));
        }
        options.addAll(workload.asDriverOptions());
        options.addAll(List.of("--resident", "--timeout", TIMEOUT_SECONDS));
        return start(launch, server, needsJava(workload), options);
    }

    /** Opens connections that do nothing after one echo each, and stay until this is closed. */
    static DriverProcess holdIdle(Launch launch, ServerProcess server, int connections) throws LoadFailed {
        return start(
                launch,
                server,
                false,
                List.of("--mode", "idle", "--conns", Integer.toString(connections), "--seconds", "0"));
    }

    private static DriverProcess start(Launch launch, ServerProcess server, boolean inJava, List<String> options)
            throws LoadFailed {
        Optional<Path> c = launch.programs().driver().filter(path -> !inJava);
        List<String> command = c.map(path -> cCommand(launch, path)).orElseGet(() -> javaCommand(launch));
        command.addAll(server.asDriverOptions());
        command.addAll(options);
        return new DriverProcess(c.isPresent() ? C : JAVA, start(launch, server, command));
    }

    /** Only the Java driver keeps whole histograms, and only it knows slow readers. */
    private static boolean needsJava(Workload workload) {
        return workload.isPaced() || workload.kind() == Workload.Kind.SLOW;
    }

    private static List<String> javaCommand(Launch launch) {
        List<String> command = new ArrayList<>(launch.pinnedToDriver());
        command.add(launch.java().toString());
        command.addAll(JAVA_FLAGS);
        command.addAll(List.of("-cp", launch.classPath(), "dev.tandem.benchmarks.driver.DriverMain"));
        return command;
    }

    /** Where io_uring is allowed, it costs the driver less with small messages. */
    private static List<String> cCommand(Launch launch, Path program) {
        List<String> command = new ArrayList<>(launch.pinnedToDriver());
        command.add(program.toString());
        command.addAll(List.of("--engine", Obstacles.ioUring().isEmpty() ? "uring" : "epoll"));
        return command;
    }

    private static ChildProcess start(Launch launch, ServerProcess server, List<String> command) throws LoadFailed {
        ChildProcess process = ChildProcess.start("The driver", command, launch.log(server.name() + "-driver"));
        try {
            String line = process.line(OPEN_SECONDS_MAX);
            if (!line.startsWith("open=")) {
                throw failure(process, line);
            }
            return process;
        } catch (LoadFailed e) {
            process.close();
            throw e;
        }
    }

    /** One of the drivers says why on its line, the other in its log. */
    private static LoadFailed failure(ChildProcess process, String line) {
        String reason = Slice.pairs(line).get("reason");
        return new LoadFailed(
                reason == null ? process.logTail().replace(ChildProcess.LOG_ENDS, "") : reason.replace('_', ' '));
    }

    /** Which of the drivers this is. */
    String program() {
        return program;
    }

    /** Puts the load on, for a while that does not count and one that does. */
    Slice run(Workload workload, double settleSeconds, double seconds) throws LoadFailed {
        String rate = workload.isPaced() ? String.format(Locale.ROOT, " %.3f", workload.ratePerSecond()) : "";
        process.say(String.format(Locale.ROOT, "%.4f %.4f", settleSeconds, seconds) + rate);
        String line = process.line(settleSeconds + seconds + SECONDS_BEYOND_MAX);
        if (!line.contains("errors=0")) {
            throw failure(process, line);
        }
        return Slice.parse(line);
    }

    /** One that holds idle connections says nothing any more unless it lost one. */
    void requireAlive() throws LoadFailed {
        if (!process.isAlive()) {
            throw new LoadFailed("The idle connections are gone." + process.logTail());
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
