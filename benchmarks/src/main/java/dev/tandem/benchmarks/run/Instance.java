package dev.tandem.benchmarks.run;

import java.io.Closeable;
import java.util.Optional;

/** One process of a contender in a contest, with its driver and the idle connections that are held on it. */
final class Instance implements Closeable {

    private final Contender contender;
    private final boolean twin;
    private ServerProcess server;
    private DriverProcess driver;
    private DriverProcess idle;
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
        return name(contender, twin);
    }

    static String name(Contender contender, boolean twin) {
        return contender.name() + (twin ? "-twin" : "");
    }

    ServerProcess server() {
        return server;
    }

    DriverProcess driver() {
        return driver;
    }

    Optional<String> failure() {
        return failure;
    }

    /** Whether a load can be put on it. An interrupted start may leave a server without a driver. */
    boolean isUsable() {
        return failure.isEmpty() && server != null && driver != null;
    }

    void start(Launch launch, Workload workload) throws LoadFailed {
        server = ServerProcess.start(launch, contender, workload.protocol(), name());
    }

    /** Gives it a driver for this workload, in place of the one it has. */
    void drive(Launch launch, Workload workload) throws LoadFailed {
        if (driver != null) {
            driver.close();
        }
        driver = DriverProcess.open(launch, server, workload);
    }

    /** Opens connections that stay open until this is closed. */
    void holdIdle(Launch launch, int connections) throws LoadFailed {
        idle = DriverProcess.holdIdle(launch, server, connections);
    }

    /** Puts a load on it. */
    Slice run(Workload workload, double settleSeconds, double seconds) throws LoadFailed {
        try {
            Slice slice = driver.run(workload, settleSeconds, seconds);
            if (idle != null) {
                idle.requireAlive();
            }
            return slice;
        } catch (LoadFailed e) {
            String what = server.isAlive() ? e.getMessage() : "The server died.";
            throw new LoadFailed(what + server.logTail(), e);
        }
    }

    /** From now on this is not measured any more. */
    void fail(String why) {
        failure = Optional.of(why);
        close();
    }

    @Override
    public void close() {
        if (driver != null) {
            driver.close();
            driver = null;
        }
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
