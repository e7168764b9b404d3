package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.SystemCallCount;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.stats.Ratio;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * All servers under one workload, or under several that differ in their rate only. They are up at the same time, so that
 * whatever drifts hits all; only one is under load. Each half of a round goes over them several times, in a random order and
 * then in the reverse order, so that a steady drift cancels out; the slices of a half make a block of each server.
 */
final class Contest {

    private static final double WARM_STEP_SECONDS = 0.5;
    /** Below this share of the server's CPU time the compiler is quiet. */
    private static final double QUIET_COMPILER_PERCENT = 2;

    /** The number of a round that does not count, in which the compiler sees the load in slices. */
    private static final int WARM_UP = -1;

    private static final int INTERRUPT_MILLIS_MAX = 200;

    private final Plan plan;
    private final Launch launch;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final Random random;
    private final List<Workload> workloads;
    private final Workload first;
    private long deadlineNanos;
    private final List<Instance> instances = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Map<String, Map<String, String>> verdicts = new HashMap<>();
    private final Map<String, Map<String, Double>> figures = new HashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    private boolean finished;

    /** @param workloads of one of the plan's groups */
    Contest(Plan plan, Launch launch, Progress progress, BooleanSupplier stopped, List<Workload> workloads) {
        this.plan = plan;
        this.launch = launch;
        this.progress = progress;
        this.stopped = stopped;
        this.workloads = new ArrayList<>(workloads);
        this.first = workloads.get(0);
        this.random = new Random(plan.seed() ^ first.name().hashCode());
    }

    /** Runs it, at the longest until the given time. What was measured stays whatever happens. */
    void run(List<Contender> contenders, long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
        for (int fork = 0; fork < plan.forks() && !isOver(); fork++) {
            try {
                startAll(contenders);
                findRates();
                rounds(fork);
                finish();
            } finally {
                instances.forEach(Instance::close);
            }
        }
        finished = !stopped.getAsBoolean();
    }

    /** Whether it ran to its end. */
    boolean isFinished() {
        return finished;
    }

    private boolean isOver() {
        return stopped.getAsBoolean() || secondsLeft() <= 0;
    }

    /** For blocks, when what follows them is taken off. */
    private double secondsLeft() {
        return (deadlineNanos - System.nanoTime()) / 1e9 - plan.finishSeconds(first);
    }

    private void startAll(List<Contender> contenders) {
        instances.clear();
        for (Contender contender : contenders) {
            instances.add(new Instance(contender, false));
        }
        plan.twin().filter(contenders::contains).ifPresent(twin -> instances.add(new Instance(twin, true)));
        for (Instance instance : instances) {
            if (failures.containsKey(instance.name())) {
                instance.fail(failures.get(instance.name()));
            } else if (!stopped.getAsBoolean()) {
                attempt(instance, () -> startAndWarm(instance));
            }
        }
    }

    private void startAndWarm(Instance instance) throws LoadFailed {
        progress.step(first.name() + ": starting and warming " + instance.name());
        Workload warming = first.isPaced() ? first.peak() : first;
        instance.start(launch, first);
        instance.drive(launch, warming);
        // The compiler gets another CPU at first, and then sees the load as it will be.
        warm(instance, warming);
        launch.pinServer(instance.server().pid());
        warm(instance, warming);
        if (first.idle() > 0) {
            instance.holdIdle(launch, first.idle());
        }
    }

    /** For half of the time that warming may take, or until the compiler is quiet. */
    private void warm(Instance instance, Workload warming) throws LoadFailed {
        double most = plan.warmSecondsMax() / 2;
        boolean wasQuiet = instance.contender().isC();
        for (double warmed = 0; warmed < most; warmed += WARM_STEP_SECONDS) {
            Gates gates = Gates.open(launch, List.of(instance));
            instance.run(warming, 0, Math.min(WARM_STEP_SECONDS, most - warmed));
            gates.close();
            boolean isQuiet = gates.watch(instance).compilerPercent() < QUIET_COMPILER_PERCENT;
            if (isQuiet && wasQuiet) {
                return;
            }
            wasQuiet = isQuiet;
        }
    }

    /** A share of the peak means: of the slowest server's, so that all are compared at the same rate. */
    private void findRates() {
        if (!first.isPaced()) {
            return;
        }
        List<Double> peaks = new ArrayList<>();
        for (Instance instance : usable()) {
            progress.step(first.name() + ": peak of " + instance.name());
            attempt(instance, () -> {
                Slice slice = instance.run(first.peak(), Plan.PEAK_SECONDS / 2, Plan.PEAK_SECONDS);
                peaks.add(slice.messages() / slice.seconds());
                instance.drive(launch, first);
            });
        }
        if (!peaks.isEmpty()) {
            workloads.replaceAll(workload -> workload.atShareOf(Collections.min(peaks)));
            workloads.forEach(workload ->
                    progress.milestone(workload.name() + ": " + (long) workload.ratePerSecond() + " messages/s"));
            // The drivers are new, and slow at first.
            usable().forEach(instance ->
                    attempt(instance, () -> instance.run(workloads.get(0), 0, plan.warmSecondsMax() / 4)));
        }
    }

    private void rounds(int fork) {
        for (Workload workload : workloads) {
            int planned = plan.roundsOf(workload);
            if (!workload.isPaced() && plan.warmSecondsMax() > 0) {
                half(workload, usable(), new Tally.Place(fork, WARM_UP, 0));
            }
            int most = planned + (workload.isPaced() ? 0 : plan.extraRoundsMax());
            for (int round = 0; round < most && !isOver(); round++) {
                if (round >= planned && (!lacksPairs(workload) || secondsLeft() < plan.roundSecondsOf(workload))) {
                    break;
                }
                List<Instance> order = usable();
                Collections.shuffle(order, random);
                half(workload, order, new Tally.Place(fork, round, 0));
                half(workload, order, new Tally.Place(fork, round, 1));
                progress.milestone(workload.name() + ": round " + (round + 1) + " of " + planned);
            }
        }
    }

    /** Whether some server has too few undisturbed pairs with the first, unless it is one that disturbs itself. */
    private boolean lacksPairs(Workload workload) {
        Set<Tally.Place> ofFirst = accepted(workload, instances.get(0));
        return usable().stream().anyMatch(instance -> {
            Set<Tally.Place> accepted = accepted(workload, instance);
            boolean disturbsItself =
                    accepted.size() * 2 < taken(workload, instance).size();
            accepted.retainAll(ofFirst);
            return accepted.size() < Math.min(Ratio.PAIRS_MIN, 2 * plan.roundsOf(workload)) && !disturbsItself;
        });
    }

    private static Set<Tally.Place> places(List<Block> blocks) {
        return blocks.stream()
                .map(block -> new Tally.Place(block.fork(), block.round(), block.half()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private Set<Tally.Place> accepted(Workload workload, Instance instance) {
        return places(
                taken(workload, instance).stream().filter(Block::isAccepted).toList());
    }

    private List<Block> taken(Workload workload, Instance instance) {
        return blocks.stream()
                .filter(block -> block.workload().equals(workload.name())
                        && block.contender().equals(instance.contender().name())
                        && block.twin() == instance.isTwin())
                .toList();
    }

    private List<Instance> usable() {
        return new ArrayList<>(instances.stream().filter(Instance::isUsable).toList());
    }

    /** Leaves the order reversed as often as it went over it. */
    private void half(Workload workload, List<Instance> order, Tally.Place place) {
        Map<Instance, Tally> tallies = new LinkedHashMap<>();
        order.forEach(instance -> tallies.put(instance, new Tally()));
        Gates gates = Gates.open(launch, order);
        for (int pass = 0; pass < plan.slicesOf(workload); pass++) {
            progress.step(workload.name() + ": round " + (place.round() + 1) + ", pass " + (pass + 1));
            pass(workload, order, tallies);
            Collections.reverse(order);
        }
        gates.close();
        tallies.forEach((instance, tally) -> {
            boolean isWhole = instance.isUsable() && tally.count() == plan.slicesOf(workload);
            if (isWhole && place.round() != WARM_UP) {
                blocks.add(tally.block(workload, instance, place, gates));
            }
        });
    }

    private void pass(Workload workload, List<Instance> order, Map<Instance, Tally> tallies) {
        for (Instance instance : order) {
            if (instance.isUsable() && !stopped.getAsBoolean()) {
                attempt(
                        instance,
                        () -> tallies.get(instance)
                                .add(instance.run(
                                        workload, plan.settleSecondsOf(workload), plan.sliceSecondsOf(workload))));
            }
        }
    }

    private interface Step {
        void run() throws LoadFailed;
    }

    /** A server that fails leaves the contest; the others go on. */
    private void attempt(Instance instance, Step step) {
        try {
            step.run();
        } catch (LoadFailed e) {
            if (isStopping()) {
                return;
            }
            failures.put(instance.name(), e.getMessage());
            instance.fail(e.getMessage());
            progress.say("FAILED " + first.name() + " " + instance.name() + ": " + e.getMessage());
        }
    }

    /** A terminal interrupts all processes at once, and a server may end before this program knows why. */
    private boolean isStopping() {
        try {
            Thread.sleep(INTERRUPT_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return stopped.getAsBoolean();
    }

    /** What is asked once, after the blocks. */
    private void finish() {
        for (Instance instance : usable()) {
            if (!stopped.getAsBoolean() && !instance.isTwin()) {
                attempt(
                        instance,
                        () -> verdicts.put(instance.name(), instance.server().ask("verdict")));
                if (plan.traces() && !first.isPaced() && instance.isUsable()) {
                    progress.step(first.name() + ": counting system calls of " + instance.name());
                    attempt(instance, () -> trace(instance));
                }
            }
        }
    }

    /** Not a block: counting costs the server time. Without settling, what is counted and the replies are the same time. */
    private void trace(Instance instance) throws LoadFailed {
        try {
            SystemCallCount calls = SystemCallCount.start(instance.server().pid());
            Slice slice = instance.run(first, 0, plan.traceSeconds());
            calls.stop()
                    .ifPresent(count -> figures.computeIfAbsent(instance.name(), name -> new HashMap<>())
                            .put("systemCallsPerMessage", count / Math.max(1, slice.messages())));
        } catch (IOException e) {
            throw new LoadFailed("perf failed: " + e.getMessage(), e);
        }
    }

    List<Block> blocks() {
        return blocks;
    }

    /** What became of a server under a workload. */
    Point point(Contender contender, Workload workload) {
        String name = contender.name();
        boolean measured = blocks.stream()
                .anyMatch(block -> block.contender().equals(name)
                        && !block.twin()
                        && block.workload().equals(workload.name()));
        String failure = failures.getOrDefault(name, failures.get(Instance.name(contender, true)));
        if (failure == null && !measured) {
            return new Point(workload.name(), name, Point.Status.NOT_RUN, "stopped before", Map.of(), Map.of());
        }
        return new Point(
                workload.name(),
                name,
                failure == null ? Point.Status.MEASURED : Point.Status.FAILED,
                failure == null ? "" : failure,
                verdicts.getOrDefault(name, Map.of()),
                figures.getOrDefault(name, Map.of()));
    }
}
