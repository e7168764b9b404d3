package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.result.Block;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts a load on one server for a while and makes a block of what the driver and the gates report. */
final class BlockTaker implements Closeable {

    private static final double SECONDS_BEYOND_MAX = 25;
    /** A reply that takes longer than this is a failure. */
    private static final String TIMEOUT_SECONDS = "10";

    private final Launch launch;
    private final Driver javaDriver;
    private final Driver driver;

    /** @param useC whether loads that the C driver can make come from it */
    BlockTaker(Launch launch, boolean useC) {
        this.launch = launch;
        javaDriver = Drivers.java(launch);
        Optional<Driver> c =
                useC ? launch.programs().driver().map(program -> Drivers.c(launch, program)) : Optional.empty();
        driver = c.orElse(javaDriver);
    }

    /** Which block is taken. */
    record Place(int fork, int round, int half) {}

    Block take(Instance instance, Workload workload, double settleSeconds, double seconds, Place place)
            throws LoadFailed {
        try {
            Gates gates = Gates.open(launch, instance.server().pid());
            Driver chosen = driverFor(workload);
            List<String> options = new ArrayList<>(instance.options(workload, settleSeconds, seconds));
            options.addAll(List.of("--timeout", TIMEOUT_SECONDS));
            Map<String, String> load = chosen.run(options, settleSeconds + seconds + SECONDS_BEYOND_MAX);
            gates.close();
            return block(instance, workload, place, chosen, load, gates);
        } catch (IOException e) {
            throw new LoadFailed("The server died." + instance.server().logTail(), e);
        } catch (LoadFailed e) {
            throw instance.server().isAlive()
                    ? e
                    : new LoadFailed("The server died." + instance.server().logTail(), e);
        }
    }

    /** Only the Java driver keeps whole histograms, and only it knows slow readers. */
    private Driver driverFor(Workload workload) {
        return workload.isPaced() || workload.kind() == Workload.Kind.SLOW ? javaDriver : driver;
    }

    private static Block block(
            Instance instance, Workload workload, Place place, Driver driver, Map<String, String> load, Gates gates) {
        double messages = number(load, "messages");
        if (messages == 0) {
            gates.disturbances().add("no reply");
        }
        double switches = number(load, "server_voluntary_switches") + number(load, "server_involuntary_switches");
        return new Block(
                workload.name(),
                instance.contender().name(),
                instance.isTwin(),
                place.fork(),
                place.round(),
                place.half(),
                driver.name(),
                number(load, "seconds"),
                (long) messages,
                number(load, "msgs_per_s"),
                number(load, "bytes_per_s"),
                number(load, "server_cpu_ns_per_msg"),
                number(load, "server_cpu_pct"),
                switches / Math.max(1, messages),
                gates.runDelayPercent(),
                (long) number(load, "server_rss_kib") << 10,
                number(load, "driver_cpu_ns_per_msg"),
                number(load, "driver_cpu_pct"),
                number(load, "client_bound") > 0,
                workload.isPaced() ? workload.ratePerSecond() : 0,
                !workload.isPaced() || number(load, "rate_achieved") > 0,
                new double[] {
                    number(load, "p50_us"),
                    number(load, "p90_us"),
                    number(load, "p99_us"),
                    number(load, "p999_us"),
                    number(load, "p9999_us"),
                    number(load, "max_us")
                },
                workload.isPaced() ? load.getOrDefault("histogram", "") : "",
                gates.stealPercent(),
                gates.foreignPercent(),
                gates.compilerPercent(),
                gates.collectorPercent(),
                gates.disturbances());
    }

    private static double number(Map<String, String> load, String key) {
        return Double.parseDouble(load.getOrDefault(key, "0"));
    }

    @Override
    public void close() {
        javaDriver.close();
        driver.close();
    }
}
