package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.SystemCallCount;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * All servers under one workload. They are up at the same time, so that whatever drifts hits all; only one is under load.
 * Each round runs them in a random order and then in the reverse order, so that a steady drift cancels out.
 */
final class Contest {

    private static final double WARM_STEP_SECONDS = 1;
    /** Below this share of the server's CPU time the compiler is quiet. */
    private static final double QUIET_COMPILER_PERCENT = 2;

    private static final double PEAK_SECONDS = 1.5;
    private static final int INTERRUPT_MILLIS_MAX = 200;

    private final Plan plan;
    private final Launch launch;
    private final BlockTaker taker;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final Random random;
    private Workload workload;
    private long deadlineNanos;
    private int blocksPlanned;
    private final List<Instance> instances = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Map<String, Map<String, String>> verdicts = new HashMap<>();
    private final Map<String, Map<String, Double>> figures = new HashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    /** Disturbances that one server shows in every block are its own. */
    private final Map<String, Integer> rejectedInARow = new HashMap<>();

    Contest(Plan plan, Launch launch, BlockTaker taker, Progress progress, BooleanSupplier stopped, Workload workload) {
        this.plan = plan;
        this.launch = launch;
        this.taker = taker;
        this.progress = progress;
        this.stopped = stopped;
        this.workload = workload;
        this.random = new Random(plan.seed() ^ workload.name().hashCode());
    }

    /** Runs it, at the longest until the given time. What was measured stays whatever happens. */
    void run(List<Contender> contenders, long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
        for (int fork = 0; fork < plan.forks() && !isOver(); fork++) {
            try {
                startAll(contenders);
                findRate();
                rounds(fork);
                if (fork == plan.forks() - 1) {
                    finish();
                }
            } finally {
                instances.forEach(Instance::close);
            }
        }
    }

    private boolean isOver() {
        return stopped.getAsBoolean() || secondsLeft() <= 0;
    }

    /** For blocks, when what follows them is taken off. */
    private double secondsLeft() {
        return (deadlineNanos - System.nanoTime()) / 1e9 - plan.finishSeconds();
    }

    private double blockSeconds() {
        return plan.settleSeconds() + plan.blockSecondsOf(workload) + Plan.BLOCK_OVERHEAD_SECONDS;
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
        progress.step(workload.name() + ": starting and warming " + instance.name());
        instance.start(launch, workload);
        Workload warming = workload.isPaced() ? workload.peak() : workload;
        for (double warmed = 0; warmed < plan.warmSecondsMax(); warmed += WARM_STEP_SECONDS) {
            double seconds = Math.min(WARM_STEP_SECONDS, plan.warmSecondsMax() - warmed);
            Block block = taker.take(instance, warming, 0, seconds, new BlockTaker.Place(0, 0, 0));
            if (warmed >= WARM_STEP_SECONDS && block.compilerPercent() < QUIET_COMPILER_PERCENT) {
                break;
            }
        }
        launch.pinServer(instance.server().pid());
        if (workload.idle() > 0) {
            instance.holdIdle(launch, workload.idle());
        }
        progress.done((plan.warmSecondsMax() + 1) * (stopped.getAsBoolean() ? 0 : 1));
    }

    /** A share of the peak means: of the slowest server's, so that all are compared at the same rate. */
    private void findRate() {
        if (!workload.isPaced() || workload.ratePerSecond() > 0) {
            return;
        }
        List<Double> peaks = new ArrayList<>();
        for (Instance instance : usable()) {
            attempt(
                    instance,
                    () -> peaks.add(taker.take(
                                    instance,
                                    workload.peak(),
                                    plan.settleSeconds(),
                                    PEAK_SECONDS,
                                    new BlockTaker.Place(0, 0, 0))
                            .messagesPerSecond()));
        }
        if (!peaks.isEmpty()) {
            workload = workload.at(Math.max(1, Math.floor(Collections.min(peaks) * workload.ratePercent() / 100)));
            progress.milestone(workload.name() + ": " + (long) workload.ratePerSecond() + " messages/s");
        }
    }

    private void rounds(int fork) {
        blocksPlanned = 2 * plan.roundsOf(workload) * usable().size();
        for (int round = 0; round < plan.roundsOf(workload) && !isOver(); round++) {
            List<Instance> order = usable();
            Collections.shuffle(order, random);
            half(order, new BlockTaker.Place(fork, round, 0));
            Collections.reverse(order);
            half(order, new BlockTaker.Place(fork, round, 1));
            progress.milestone(workload.name() + ": round " + (round + 1) + " of " + plan.roundsOf(workload));
        }
    }

    private List<Instance> usable() {
        return new ArrayList<>(instances.stream().filter(Instance::isUsable).toList());
    }

    private void half(List<Instance> order, BlockTaker.Place place) {
        for (Instance instance : order) {
            if (instance.isUsable() && !isOver()) {
                blocksPlanned--;
                attempt(instance, () -> takeUndisturbed(instance, place));
                progress.done(plan.settleSeconds() + plan.blockSecondsOf(workload));
            }
        }
    }

    private void takeUndisturbed(Instance instance, BlockTaker.Place place) throws LoadFailed {
        // A server that is disturbed every time is not worth the repeats of every block.
        int repeats = rejectedInARow.getOrDefault(instance.name(), 0) > plan.repeatsMax() ? 0 : plan.repeatsMax();
        for (int i = 0; i <= repeats && !stopped.getAsBoolean(); i++) {
            Block block = taker.take(instance, workload, plan.settleSeconds(), plan.blockSecondsOf(workload), place);
            blocks.add(block);
            progress.step(String.format(
                    Locale.ROOT,
                    "%s round %d: %s %.3f µs %s",
                    workload.name(),
                    place.round() + 1,
                    instance.name(),
                    block.serverCpuNanosPerMessage() / 1e3,
                    String.join(", ", block.disturbances())));
            rejectedInARow.merge(instance.name(), 1, (count, one) -> block.isAccepted() ? 0 : count + one);
            // Repeats live on the time that the blocks to come do not need.
            if (block.isAccepted() || secondsLeft() < (blocksPlanned + 1) * blockSeconds()) {
                return;
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
            progress.say("FAILED " + workload.name() + " " + instance.name() + ": " + e.getMessage());
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
                if (plan.traces() && !workload.isPaced()) {
                    attempt(instance, () -> trace(instance));
                }
            }
        }
    }

    /** Not a block: counting costs the server time. Without settling, what is counted and the replies are the same time. */
    private void trace(Instance instance) throws LoadFailed {
        try {
            SystemCallCount calls = SystemCallCount.start(instance.server().pid());
            Block block = taker.take(instance, workload, 0, plan.traceSeconds(), new BlockTaker.Place(0, 0, 0));
            calls.stop()
                    .ifPresent(count -> figures.computeIfAbsent(instance.name(), name -> new HashMap<>())
                            .put("systemCallsPerMessage", count / Math.max(1, block.messages())));
        } catch (IOException e) {
            throw new LoadFailed("perf failed: " + e.getMessage(), e);
        }
    }

    List<Block> blocks() {
        return blocks;
    }

    Point point(Contender contender) {
        String name = contender.name();
        boolean measured = blocks.stream().anyMatch(block -> block.contender().equals(name) && !block.twin());
        String failure = failures.get(name);
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
