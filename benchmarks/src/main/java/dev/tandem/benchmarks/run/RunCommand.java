package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.benchmarks.host.SystemCallCount;
import dev.tandem.benchmarks.report.Report;
import dev.tandem.benchmarks.result.BlocksCsv;
import dev.tandem.benchmarks.result.Results;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of a run, and the run. */
public final class RunCommand {

    /** The exit code of a run in which a server failed. */
    public static final int SOME_FAILED = 1;
    /** The exit code of a run that was interrupted, as shells count it. */
    public static final int INTERRUPTED = 130;

    private static final DateTimeFormatter DIRECTORY = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final String REPORT = "report.html";
    private static final String LOCK = ".lock";
    /** The rest of five minutes is for the build that comes before. */
    private static final double QUICK_SECONDS_MAX = 200;

    private static final int MEMORY_MIB_BESIDE_HEAP = 200;
    private static final int HEAP_MIB_MIN = 64;
    /** A JVM starts with it; more than this is the user's matter. */
    private static final int HEAP_MIB_LEAST = 8;

    private static final double SECONDS_MIN = 0.001;
    private static final double NUMBER_MAX = 1e6;

    @Parameters(
            paramLabel = "WORKLOAD",
            arity = "0..*",
            description = "What to measure, such as pingpong-c50-64b; the full matrix if none is named. See 'list'.")
    private List<String> workloads = List.of();

    @Option(names = "--quick", description = "The answer for this host within five minutes.")
    private boolean quick;

    @Option(names = "--servers", split = ",", paramLabel = "NAME", description = "Only these servers. See 'list'.")
    private List<String> servers = List.of();

    @Option(
            names = "--twin",
            paramLabel = "NAME",
            description = "The server that is also measured against itself, for the noise floor; 'none' for none."
                    + " Default: the first.")
    private String twin = "";

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "Pairs of blocks of any two servers; a claim needs 12. Default: 16, or 14 with --quick.")
    private Optional<Integer> pairs = Optional.empty();

    @Option(
            names = "--forks",
            paramLabel = "N",
            description = "How often every server is started anew, the pairs shared out. Default: ${DEFAULT-VALUE}.")
    private int forks = 1;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of a block, in slices of 0.025 s. Default: 0.4, or 0.25.")
    private Optional<Double> seconds = Optional.empty();

    @Option(names = "--warm", paramLabel = "S", description = "Longest warm-up of a server. Default: 5, or 2.")
    private Optional<Double> warm = Optional.empty();

    @Option(
            names = "--extra-rounds",
            paramLabel = "N",
            description = "How many rounds may follow to make up for disturbed blocks. Default: ${DEFAULT-VALUE}.")
    private int extraRounds = 4;

    @Option(names = "--time-limit", paramLabel = "S", description = "Leave rounds out to end within so many seconds.")
    private Optional<Double> timeLimit = Optional.empty();

    @Option(
            names = "--driver",
            paramLabel = "auto|java|c",
            description = "Which driver puts the load on. Default: auto, which takes c where it compiles.")
    private String driver = "auto";

    @Option(names = "--server-cpus", paramLabel = "LIST", description = "CPUs of the server. Default: the first.")
    private Optional<String> serverCpus = Optional.empty();

    @Option(names = "--driver-cpus", paramLabel = "LIST", description = "CPUs of the driver. Default: another core.")
    private Optional<String> driverCpus = Optional.empty();

    @Option(names = "--loops", paramLabel = "N", description = "Event loops of a server. Default: one per server CPU.")
    private Optional<Integer> loops = Optional.empty();

    @Option(names = "--heap", paramLabel = "MIB", description = "Heap of each server. Default: ${DEFAULT-VALUE} MiB.")
    private int heapMiB = 512;

    @Option(names = "--seed", paramLabel = "N", description = "Of the random order. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(names = "--no-traces", description = "Do not count system calls with perf.")
    private boolean noTraces;

    @Option(names = "--out", paramLabel = "DIR", description = "Where results go. Default: bench-results/DATE-TIME.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--resume", description = "Go on with the run in --out: only workloads that it has not finished.")
    private boolean resume;

    /** Measures, writes results and report, and returns the exit code. */
    public int run(List<String> commandLine) throws IOException {
        Progress progress = new Progress(System.out, System.console() != null);
        Plan plan = plan();
        Path directory =
                out.orElseGet(() -> Path.of("bench-results", LocalDateTime.now().format(DIRECTORY)));
        Optional<Results> earlier = resume ? Optional.of(Results.read(directory)) : Optional.empty();
        Files.createDirectories(directory);
        // Held by the process, so that a run that was killed leaves none.
        try (FileChannel file =
                        FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock == null) {
                throw new IllegalArgumentException(
                        "Another run writes to " + directory + ". Choose another directory.");
            }
            return run(commandLine, plan, directory, earlier, progress);
        }
    }

    private int run(List<String> commandLine, Plan plan, Path directory, Optional<Results> earlier, Progress progress)
            throws IOException {
        Path temporary = Files.createTempDirectory("tandem-bench");
        Interruption interruption = Interruption.watch();
        try {
            Launch launch = launch(plan, programs(plan, temporary), directory.resolve("logs"), progress);
            Experiment experiment = new Experiment(plan, launch, progress, interruption::isRequested);
            experiment.announce();
            earlier.ifPresent(experiment::resume);
            String command = "./tandem bench " + String.join(" ", commandLine);
            boolean allWell = experiment.run(() -> write(experiment.results(command), directory));
            Results results = experiment.results(command);
            write(results, directory);
            conclude(results, directory, progress);
            return interruption.isRequested() ? INTERRUPTED : allWell ? 0 : SOME_FAILED;
        } finally {
            deleteTree(temporary);
            interruption.finished();
        }
    }

    private static void write(Results results, Path directory) throws IOException {
        results.write(directory.resolve(Results.FILE));
        BlocksCsv.write(results.blocks(), directory.resolve("blocks.csv"));
        Report.write(results, directory.resolve(REPORT));
    }

    private static void conclude(Results results, Path directory, Progress progress) {
        progress.say("");
        Report.verdict(results).forEach(progress::say);
        progress.say("");
        progress.say("Report: " + directory.resolve(REPORT).toAbsolutePath());
    }

    private static void deleteTree(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    private CPrograms programs(Plan plan, Path directory) throws IOException {
        if (!List.of("auto", "java", "c").contains(driver)) {
            throw new IllegalArgumentException("--driver must be auto, java or c, but was " + driver + ".");
        }
        boolean wantsJava = driver.equals("java");
        if (wantsJava && plan.contenders().stream().noneMatch(Contender::isC)) {
            return CPrograms.none();
        }
        CPrograms programs = CPrograms.compile(directory);
        if (driver.equals("c") && programs.driver().isEmpty()) {
            throw new IllegalArgumentException("There is no driver for --driver=c: "
                    + programs.driverObstacle().orElse("it was not compiled") + ".");
        }
        return wantsJava ? programs.withoutDriver() : programs;
    }

    private void requireRanges() {
        requireAtLeast("pairs", pairs.orElse(1), 1);
        requireAtLeast("forks", forks, 1);
        requireAtLeast("seconds", seconds.orElse(SECONDS_MIN), SECONDS_MIN);
        requireAtLeast("warm", warm.orElse(0.0), 0);
        requireAtLeast("extra-rounds", extraRounds, 0);
        requireAtLeast("time-limit", timeLimit.orElse(1.0), SECONDS_MIN);
        requireAtLeast("loops", loops.orElse(1), 1);
        requireAtLeast("heap", heapMiB, HEAP_MIB_LEAST);
    }

    private static void requireAtLeast(String option, double value, double min) {
        if (!(value >= min && value <= NUMBER_MAX)) {
            throw new IllegalArgumentException("--" + option + " must be from " + words(min) + " to "
                    + words(NUMBER_MAX) + ", but was " + words(value) + ".");
        }
    }

    /** As a user writes it: a whole number without a point. */
    private static String words(double number) {
        return Double.isFinite(number)
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : Double.toString(number);
    }

    private Plan plan() {
        List<String> names = !workloads.isEmpty() ? workloads : quick ? Presets.QUICK_WORKLOADS : Presets.matrix();
        List<Contender> contenders = contenders();
        requireRanges();
        int wanted = pairs.orElse(quick ? 14 : 16);
        int rounds = Math.max(1, (wanted + 2 * forks - 1) / (2 * forks));
        return new Plan(
                names.stream().map(Workload::parse).toList(),
                contenders,
                twin(contenders),
                forks,
                rounds,
                extraRounds,
                seconds.orElse(quick ? 0.25 : 0.4),
                warm.orElse(quick ? 2.0 : 5.0),
                timeLimit.or(() -> quick ? Optional.of(QUICK_SECONDS_MAX) : Optional.empty()),
                !noTraces && SystemCallCount.obstacle().isEmpty(),
                seed);
    }

    private List<Contender> contenders() {
        if (!servers.isEmpty()) {
            return servers.stream().map(Contender::named).toList();
        }
        return quick ? Presets.QUICK_CONTENDERS.stream().map(Contender::named).toList() : Contender.all();
    }

    private Optional<Contender> twin(List<Contender> contenders) {
        return switch (twin) {
            case "none" -> Optional.empty();
            case "" -> Optional.of(contenders.get(0));
            default -> Optional.of(Contender.named(twin));
        };
    }

    private Launch launch(Plan plan, CPrograms programs, Path logs, Progress progress) {
        Cpus cpus = Cpus.choose(serverCpus.map(CpuSet::parse), driverCpus.map(CpuSet::parse));
        if (!cpus.remark().isEmpty()) {
            progress.say(cpus.remark());
        }
        return new Launch(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Runtime.version().feature(),
                Launch.ownClassPath(),
                Launch.netty41Directory(),
                cpus.server(),
                cpus.driver(),
                loops.orElse(cpus.server().map(CpuSet::size).orElse(1)),
                heap(plan, progress),
                programs,
                logs);
    }

    /** All servers are up at the same time, each with its whole heap resident. */
    private int heap(Plan plan, Progress progress) {
        long available = HostFacts.availableMemoryBytes() >> 20;
        long affordable = available / (plan.instances() + 1) - MEMORY_MIB_BESIDE_HEAP;
        if (affordable >= heapMiB) {
            return heapMiB;
        }
        int smaller = (int) Math.max(HEAP_MIB_MIN, affordable);
        progress.say("There are " + available + " MiB of memory for " + plan.instances()
                + " servers: each gets a heap of " + smaller + " MiB instead of " + heapMiB + ".");
        return smaller;
    }
}
