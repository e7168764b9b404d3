package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** All workloads of a plan, one after the other. */
public final class Experiment {

    /** Longer than any run. */
    private static final long NEVER_NANOS = 1L << 60;

    private final Plan plan;
    private final Launch launch;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final Obstacles obstacles;
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final long beginNanos = System.nanoTime();
    private final Map<String, String> environment;
    private final List<Point> points = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<String> finished = new ArrayList<>();
    private double earlierSeconds;
    private boolean complete;

    /** @param stopped asked often: whether to end with what there is */
    Experiment(Plan plan, Launch launch, Progress progress, BooleanSupplier stopped) {
        this.plan = plan;
        this.launch = launch;
        this.progress = progress;
        this.stopped = stopped;
        this.obstacles = new Obstacles(launch);
        this.environment = Environment.describe(launch);
    }

    /** Says what is skipped and why, before anything runs. */
    public void announce() {
        for (Workload workload : plan.workloads()) {
            Obstacles.of(workload).ifPresent(why -> progress.say("Skipped: " + workload.name() + ": " + why + "."));
        }
        for (Contender contender : plan.contenders()) {
            List<String> reasons = plan.workloads().stream()
                    .map(workload -> obstacles.of(contender, workload))
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
            reasons.forEach(why -> progress.say("Not run: " + contender.name() + ": " + why + "."));
        }
        progress.say(
                plan.workloads().size() + " workloads, " + plan.contenders().size() + " servers: about "
                        + Math.round(Math.ceil(plan.seconds() / 60)) + " minutes.");
        progress.plan(plan.seconds(), plan.secondsMax().orElse(Double.MAX_VALUE));
    }

    /**
     * Takes over the workloads that another run has finished.
     *
     * @throws IllegalArgumentException if that was on another host, of other software, or set up in another way
     */
    void resume(Results earlier) {
        requireSame("the environment", comparable(earlier.environment()), comparable(environment));
        requireSame("the settings", earlier.settings(), settings());
        requireSame("the servers", earlier.contenders(), setups());
        finished.addAll(earlier.finished());
        earlier.points().stream()
                .filter(point -> finished.contains(point.workload()))
                .forEach(points::add);
        earlier.blocks().stream()
                .filter(block -> finished.contains(block.workload()))
                .forEach(blocks::add);
        earlierSeconds = earlier.seconds();
        progress.say("Already there: " + (finished.isEmpty() ? "nothing" : String.join(", ", finished)) + ".");
    }

    private static void requireSame(String what, Object before, Object now) {
        if (!before.equals(now)) {
            throw new IllegalArgumentException("That run cannot be resumed, because " + what + " differ: it has "
                    + before + ", and this would have " + now + ". Leave --resume out and choose another directory.");
        }
    }

    private static Map<String, String> comparable(Map<String, String> environment) {
        Map<String, String> facts = new TreeMap<>(environment);
        facts.keySet().removeIf(name -> name.startsWith("load") || name.equals("memoryMiB"));
        return facts;
    }

    /** Runs it, and saves after each workload. Returns whether every point that could run has figures. */
    public boolean run(Save save) throws IOException {
        List<Workload> unfinished = unfinished();
        List<List<Workload>> groups =
                unfinished.isEmpty() ? List.of() : plan.of(unfinished).groups();
        double secondsLeft = groups.stream().mapToDouble(plan::secondsOf).sum();
        for (List<Workload> group : groups) {
            if (!stopped.getAsBoolean()) {
                double seconds = plan.secondsOf(group);
                run(group, deadlineNanos(seconds / secondsLeft));
                secondsLeft -= seconds;
                save.save();
            }
        }
        complete = !stopped.getAsBoolean();
        return points.stream().noneMatch(point -> point.status() == Point.Status.FAILED);
    }

    /** Writes down what there is. */
    interface Save {
        void save() throws IOException;
    }

    private List<Workload> unfinished() {
        return plan.workloads().stream()
                .filter(workload -> !finished.contains(workload.name()))
                .toList();
    }

    /** Of the time that is left, every workload gets what it needs for itself and its share of the rest. */
    private long deadlineNanos(double share) {
        return plan.secondsMax()
                .map(seconds -> {
                    long left = beginNanos + (long) (seconds * 1e9) - System.nanoTime();
                    return System.nanoTime() + (long) (left * share);
                })
                .orElse(System.nanoTime() + NEVER_NANOS);
    }

    private void run(List<Workload> group, long deadlineNanos) {
        progress.begin(plan.secondsOf(group));
        group.forEach(workload -> progress.milestone(workload.title()));
        List<Contender> runnable = new ArrayList<>(plan.contenders());
        for (Contender contender : plan.contenders()) {
            Optional<String> obstacle = Obstacles.of(group.get(0)).or(() -> obstacles.of(contender, group.get(0)));
            if (obstacle.isPresent()) {
                runnable.remove(contender);
                group.forEach(workload -> points.add(new Point(
                        workload.name(), contender.name(), Point.Status.NOT_RUN, obstacle.get(), Map.of(), Map.of())));
            }
        }
        if (group.get(0).kind() == Workload.Kind.MEMORY) {
            measureMemory(group.get(0), runnable);
        } else {
            measure(group, runnable, deadlineNanos);
        }
        if (!stopped.getAsBoolean()) {
            group.forEach(workload -> finished.add(workload.name()));
        }
        progress.end();
    }

    private void measure(List<Workload> group, List<Contender> runnable, long deadlineNanos) {
        Contest contest = new Contest(plan, launch, progress, stopped, group);
        contest.run(runnable, deadlineNanos);
        blocks.addAll(contest.blocks());
        group.forEach(workload -> runnable.forEach(contender -> points.add(contest.point(contender, workload))));
    }

    private void measureMemory(Workload workload, List<Contender> runnable) {
        MemoryContest memory = new MemoryContest(launch, workload);
        for (Contender contender : runnable) {
            if (stopped.getAsBoolean()) {
                return;
            }
            progress.step(workload.name() + ": " + contender.name());
            Point point = memory.measure(contender);
            if (!stopped.getAsBoolean()) {
                points.add(point);
                if (point.status() == Point.Status.FAILED) {
                    progress.say("FAILED " + workload.name() + " " + contender.name() + ": " + point.reason());
                }
            }
        }
    }

    /** What there is so far. */
    public Results results(String command) {
        environment.put("loadAfter", HostFacts.loadAverage());
        Map<String, String> workloads = new LinkedHashMap<>();
        plan.workloads().forEach(workload -> workloads.put(workload.name(), workload.title()));
        return new Results(
                Results.SCHEMA,
                startedAt.toString(),
                earlierSeconds + (System.nanoTime() - beginNanos) / 1e9,
                command,
                complete,
                finished,
                environment,
                settings(),
                workloads,
                setups(),
                points,
                blocks);
    }

    private List<Results.Setup> setups() {
        return plan.contenders().stream().map(Experiment::setup).toList();
    }

    private static Results.Setup setup(Contender contender) {
        return new Results.Setup(
                contender.name(),
                contender.title(),
                contender.family().name(),
                contender.configuration(),
                contender.source());
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("forks", Integer.toString(plan.forks()));
        settings.put("pairs", Integer.toString(2 * plan.forks() * plan.rounds()));
        settings.put("blockSeconds", Double.toString(plan.blockSeconds()));
        settings.put("sliceSeconds", Double.toString(Plan.SLICE_SECONDS));
        settings.put("warmSecondsMax", Double.toString(plan.warmSecondsMax()));
        settings.put("extraRoundsMax", Integer.toString(plan.extraRoundsMax()));
        settings.put("seed", Long.toString(plan.seed()));
        settings.put("twin", plan.twin().map(Contender::name).orElse("none"));
        settings.put("driver", launch.programs().driver().isPresent() ? "c" : "java");
        return settings;
    }
}
