package dev.tandem.benchmarks.run;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One process of a contender in a contest, and the idle connections that are held on it. */
final class Instance implements Closeable {

    private static final double HOLD_SECONDS_MAX = 60;
    private static final int SLOW_WINDOW_BYTES = 1 << 20;

    private final Contender contender;
    private final boolean twin;
    private ServerProcess server;
    private ChildProcess idle;
    private Optional<String> failure = Optional.empty();

    Instance(Contender contender, boolean twin) {
        this.contender = contender;
        this.twin = twin;
    }

    Contender contender() {
        return contender;
    }

    boolean isTwin() {
        return twin;
    }

    /** In logs and messages. */
    String name() {
        return contender.name() + (twin ? "-twin" : "");
    }

    ServerProcess server() {
        return server;
    }

    Optional<String> failure() {
        return failure;
    }

    boolean isUsable() {
        return failure.isEmpty();
    }

    void start(Launch launch, Workload workload) throws LoadFailed {
        server = ServerProcess.start(launch, contender, workload.protocol(), name());
    }

    /** Opens connections that stay open until this is closed. */
    void holdIdle(Launch launch, int connections) throws LoadFailed {
        List<String> options = new ArrayList<>(target());
        options.addAll(List.of("--mode", "idle", "--conns", Integer.toString(connections), "--seconds", "0"));
        idle = ChildProcess.start(
                "The holder of idle connections",
                Drivers.javaCommand(launch, options.toArray(String[]::new)),
                launch.log("idle"));
        String line = idle.line(HOLD_SECONDS_MAX);
        if (!line.startsWith("open=")) {
            throw new LoadFailed("Idle connections could not be opened: " + line);
        }
    }

    private List<String> target() {
        return List.of(
                "--host",
                server.host(),
                "--port",
                Integer.toString(server.port()),
                "--server-pid",
                Long.toString(server.pid()));
    }

    /** The driver's options for a load on this server. */
    List<String> options(Workload workload, double settleSeconds, double seconds) {
        List<String> options = new ArrayList<>(target());
        options.addAll(List.of("--mode", workload.kind().driverMode()));
        options.addAll(List.of("--conns", Integer.toString(workload.connections())));
        options.addAll(List.of("--size", Integer.toString(workload.sizeBytes())));
        options.addAll(List.of("--depth", Integer.toString(workload.depth())));
        options.addAll(List.of("--warmup", format(settleSeconds), "--seconds", format(seconds)));
        if (workload.isPaced()) {
            options.addAll(List.of("--rate", format(workload.ratePerSecond())));
        }
        if (workload.kind() == Workload.Kind.SLOW) {
            options.addAll(List.of("--slow", Integer.toString(workload.slow())));
            options.addAll(List.of("--window", Integer.toString(SLOW_WINDOW_BYTES)));
        }
        return options;
    }

    private static String format(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** From now on this is not measured any more. */
    void fail(String why) {
        failure = Optional.of(why);
        close();
    }

    @Override
    public void close() {
        if (idle != null) {
            idle.close();
            idle = null;
        }
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
