package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.ProcessUsage;
import dev.tandem.benchmarks.result.Block;
import java.util.ArrayList;
import java.util.List;

/** The slices of one server in one half of a round, which together are a block. */
final class Tally {

    /** Above this share of one CPU the driver was the limit, not the server. */
    private static final double CLIENT_BOUND_PERCENT = 95;

    private final List<Slice> slices = new ArrayList<>();

    void add(Slice slice) {
        slices.add(slice);
    }

    int count() {
        return slices.size();
    }

    double seconds() {
        return slices.stream().mapToDouble(Slice::seconds).sum();
    }

    private long messages() {
        return slices.stream().mapToLong(Slice::messages).sum();
    }

    private long allMessages() {
        return slices.stream().mapToLong(Slice::allMessages).sum();
    }

    private double serverNanosPerMessage() {
        double nanos = slices.stream()
                .mapToDouble(slice -> slice.serverNanosPerMessage() * slice.messages())
                .sum();
        return nanos / Math.max(1, messages());
    }

    private double driverNanos() {
        return slices.stream().mapToDouble(Slice::driverNanos).sum();
    }

    /** Of each percentile the middle of what the slices have, because percentiles cannot be added. */
    private double[] micros() {
        double[] middles = new double[slices.get(0).micros().length];
        for (int i = 0; i < middles.length; i++) {
            int percentile = i;
            double[] sorted = slices.stream()
                    .mapToDouble(slice -> slice.micros()[percentile])
                    .sorted()
                    .toArray();
            middles[i] = sorted[sorted.length / 2];
        }
        return middles;
    }

    /** Of a load without pause, the driver may be the limit; on a schedule it always spins. */
    private boolean isClientBound(Workload workload) {
        return !workload.isPaced() && driverPercent() > CLIENT_BOUND_PERCENT;
    }

    private double driverPercent() {
        return driverNanos() / seconds() / 1e7;
    }

    Block block(Workload workload, Instance instance, Place place, Gates gates) {
        Gates.Watch watch = gates.watch(instance);
        List<String> disturbances = new ArrayList<>(gates.disturbances());
        disturbances.addAll(watch.disturbances());
        if (messages() == 0) {
            disturbances.add("no reply");
        }
        return new Block(
                workload.name(),
                instance.contender().name(),
                instance.isTwin(),
                place.fork(),
                place.round(),
                place.half(),
                instance.driver().program(),
                seconds(),
                messages(),
                messages() / seconds(),
                slices.stream().mapToDouble(Slice::bytes).sum() / seconds(),
                serverNanosPerMessage(),
                serverNanosPerMessage() * messages() / seconds() / 1e7,
                // The watch saw the whole loads, and not only the time in them that was measured.
                watch.switches() / Math.max(1, allMessages()),
                watch.runDelayPercent(),
                ProcessUsage.residentBytes(instance.server().pid()),
                driverNanos() / Math.max(1, messages()),
                driverPercent(),
                isClientBound(workload),
                workload.isPaced() ? workload.ratePerSecond() : 0,
                slices.stream().allMatch(Slice::rateAchieved),
                micros(),
                workload.isPaced() ? slices.get(0).histogram() : "",
                gates.stealPercent(),
                gates.foreignPercent(),
                watch.compilerPercent(),
                watch.collectorPercent(),
                disturbances);
    }

    /** Which block is taken. */
    record Place(int fork, int round, int half) {}
}
