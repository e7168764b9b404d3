package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.benchmarks.report.Report;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.Point;
import dev.tandem.benchmarks.result.Results;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {

    private static final int HEAP_MIB = 64;

    /** Longer than the machine keeps a server from answering, as a rule. */
    private static final double MEASURED_SECONDS = 0.5;

    private static final int TRIES = 3;

    @TempDir
    private Path directory;

    private Launch launch(CPrograms programs) {
        return new Launch(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Runtime.version().feature(),
                Launch.ownClassPath(),
                Launch.netty41Directory(),
                Optional.empty(),
                Optional.empty(),
                1,
                HEAP_MIB,
                programs,
                directory.resolve("logs"));
    }

    /** Again where no reply came in time: each load ends with the replies it is owed, so the server is back by then. */
    static Slice measure(Instance instance, Workload workload, double settleSeconds) throws LoadFailed {
        Slice slice = instance.run(workload, settleSeconds, MEASURED_SECONDS);
        for (int i = 1; i < TRIES && slice.messages() == 0; i++) {
            slice = instance.run(workload, settleSeconds, MEASURED_SECONDS);
        }
        return slice;
    }

    private static Plan plan(List<String> workloads, List<Contender> contenders) {
        return new Plan(
                workloads.stream().map(Workload::parse).toList(),
                contenders,
                Optional.of(contenders.get(0)),
                1,
                1,
                0,
                0.05,
                0,
                Optional.empty(),
                false,
                1);
    }

    /** Every byte of every reply is compared, so a point with figures was answered correctly. */
    @Test
    void everyServerAnswersTheDriverAndGetsAPlaceInTheReport() throws IOException {
        CPrograms programs = CPrograms.compile(directory.resolve("c"));
        Plan plan = plan(List.of("pingpong-c4-64b", "frames-c4-64b-d16"), Contender.all());
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Experiment experiment = new Experiment(plan, launch(programs), progress, () -> false);

        experiment.announce();
        experiment.run(() -> {});
        Results results = experiment.results("test");

        assertThat(results.points())
                .filteredOn(point -> point.status() == Point.Status.FAILED)
                .isEmpty();
        assertThat(results.points()).hasSize(2 * Contender.all().size());
        Path report = directory.resolve("report.html");
        Report.write(results, report);
        String page = Files.readString(report);
        Contender.all().forEach(contender -> assertThat(page).contains(contender.title()));
    }

    @Test
    void aServerThatTurnsOneBitInAMillionBytesIsCaught() throws Exception {
        Contender corrupting = new Contender("corrupting", "Corrupting", Contender.Family.JDK, "", "");
        Launch launch = launch(CPrograms.compile(directory.resolve("c")));
        try (Instance instance = new Instance(corrupting, false)) {
            Workload workload = Workload.parse("stream-c2-64k");
            instance.start(launch, workload);
            instance.drive(launch, workload);

            assertThatThrownBy(() -> instance.run(workload, 0, 10))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageMatching("(?is).*wrong byte.*");
        }
    }

    @Test
    void aResumedRunRepeatsOnlyWhatIsNotFinished() throws IOException {
        List<Contender> contenders = List.of(Contender.named("nio-selector"));
        Plan plan = plan(List.of("pingpong-c1-64b", "pingpong-c4-64b"), contenders);
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Launch launch = launch(CPrograms.none());
        AtomicBoolean stopped = new AtomicBoolean();
        Experiment interrupted = new Experiment(plan, launch, progress, stopped::get);
        interrupted.run(() -> stopped.set(true));
        Results half = interrupted.results("test");
        assertThat(half.complete()).isFalse();
        assertThat(half.finished()).containsExactly("pingpong-c1-64b");

        Experiment resumed = new Experiment(plan, launch, progress, () -> false);
        resumed.resume(half);
        resumed.run(() -> {});
        Results whole = resumed.results("test");

        assertThat(whole.complete()).isTrue();
        assertThat(whole.finished()).containsExactly("pingpong-c1-64b", "pingpong-c4-64b");
        assertThat(whole.blocks())
                .containsAll(half.blocks())
                .hasSize(2 * half.blocks().size());
        assertThat(whole.points()).hasSize(2);
    }

    @Test
    void aRunWithOtherServersIsNotResumed() throws IOException {
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Launch launch = launch(CPrograms.none());
        List<String> workloads = List.of("pingpong-c1-64b");
        Results earlier =
                new Experiment(plan(workloads, Contender.all()), launch, progress, () -> true).results("test");
        Experiment other =
                new Experiment(plan(workloads, List.of(Contender.named("tandem-epoll"))), launch, progress, () -> true);

        assertThatThrownBy(() -> other.resume(earlier))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be resumed, because the servers differ");
    }

    @Test
    void aServerThatDiesFailsItsPointByNameAndTheOthersGoOn() throws IOException {
        Contender dying = new Contender("no-such-server", "Dying", Contender.Family.JDK, "", "");
        Contender living = Contender.named("nio-selector");
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Experiment experiment = new Experiment(
                plan(List.of("pingpong-c4-64b"), List.of(living, dying)),
                launch(CPrograms.compile(directory.resolve("c"))),
                progress,
                () -> false);

        boolean allWell = experiment.run(() -> {});
        Results results = experiment.results("test");

        assertThat(allWell).isFalse();
        assertThat(results.points())
                .extracting(Point::status)
                .containsExactly(Point.Status.MEASURED, Point.Status.FAILED);
        assertThat(results.points().get(1).reason())
                .contains("no-such-server died with exit code 2")
                .contains("There is no server no-such-server.");
        assertThat(results.blocks()).extracting(Block::contender).containsOnly("nio-selector");
    }

    @Test
    void aFinishedRunIsResumedByDoingNothing() throws IOException {
        Plan plan = plan(List.of("pingpong-c1-64b"), List.of(Contender.named("nio-selector")));
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Launch launch = launch(CPrograms.none());
        Experiment first = new Experiment(plan, launch, progress, () -> false);
        first.run(() -> {});
        Results whole = first.results("test");

        Experiment resumed = new Experiment(plan, launch, progress, () -> false);
        resumed.resume(whole);

        assertThat(resumed.run(() -> {})).isTrue();
        assertThat(resumed.results("test").complete()).isTrue();
        assertThat(resumed.results("test").blocks()).isEqualTo(whole.blocks());
    }

    /** Without its twin a server has no noise floor, so nothing is claimed, and somebody must be told why. */
    @Test
    void aTwinThatDiesIsAFailure() throws IOException {
        Contender contender = Contender.named("nio-selector");
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Launch launch = launch(CPrograms.none());
        // A log that is a directory cannot be written, so the process of this name does not start.
        Files.createDirectories(launch.log("nio-selector-twin"));
        Experiment experiment =
                new Experiment(plan(List.of("pingpong-c4-64b"), List.of(contender)), launch, progress, () -> false);

        assertThat(experiment.run(() -> {})).isFalse();
        assertThat(experiment.results("test").points())
                .singleElement()
                .satisfies(point -> assertThat(point.reason()).contains("nio-selector-twin did not start"));
    }

    @Test
    void aRunOnAScheduleThatIsInterruptedWhileItsDriverStartsEndsInPeace() throws IOException {
        Contender contender = Contender.named("c-epoll");
        CPrograms programs = CPrograms.compile(directory.resolve("c")).withoutDriver();
        assumeTrue(programs.obstacle(contender).isEmpty(), "no C compiler");
        Launch whole = launch(programs);
        Launch withoutDriver = new Launch(
                whole.java(),
                whole.feature(),
                directory.toString(),
                whole.netty41(),
                Optional.empty(),
                Optional.empty(),
                1,
                HEAP_MIB,
                programs,
                directory.resolve("logs"));
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream()), false);
        Experiment experiment = new Experiment(
                plan(List.of("rate-c4-64b-r1000"), List.of(contender)),
                withoutDriver,
                progress,
                () -> Files.exists(withoutDriver.log("driver")) || Files.exists(withoutDriver.log("c-epoll-driver")));

        experiment.run(() -> {});

        assertThat(experiment.results("test").complete()).isFalse();
    }

    @Test
    void aFailureIsToldInTheWordsOfItsOwnDriverOnly() throws Exception {
        Contender corrupting = new Contender("corrupting", "Corrupting", Contender.Family.JDK, "", "");
        Launch launch = launch(CPrograms.compile(directory.resolve("c")));
        assumeTrue(launch.programs().driver().isPresent(), "no C compiler");
        Workload workload = Workload.parse("stream-c2-64k");
        for (int run = 0; run < 2; run++) {
            try (Instance instance = new Instance(corrupting, run == 1)) {
                instance.start(launch, workload);
                instance.drive(launch, workload);

                assertThatThrownBy(() -> instance.run(workload, 0, 10))
                        .isInstanceOf(LoadFailed.class)
                        .extracting(Throwable::getMessage)
                        .asString()
                        .containsOnlyOnce("wrong byte");
            }
        }
    }

    @Test
    void aSliceKnowsTheMessagesBeforeAndAfterTheTimeThatIsMeasured() throws Exception {
        try (Instance instance = new Instance(Contender.named("nio-selector"), false)) {
            Workload workload = Workload.parse("pingpong-c1-64b");
            Launch launch = launch(CPrograms.none());
            instance.start(launch, workload);
            instance.drive(launch, workload);

            Slice slice = measure(instance, workload, 0.1);

            assertThat(slice.messages()).isPositive();
            assertThat(slice.allMessages()).isGreaterThan(slice.messages());
        }
    }

    /** Otherwise a server would be measured beside connections that are no longer there. */
    @Test
    void idleConnectionsThatAreLostAreAFailure() throws Exception {
        CPrograms programs = CPrograms.compile(directory.resolve("c"));
        assumeTrue(programs.driver().isPresent(), "no C compiler");
        Launch launch = launch(programs);
        Workload workload = Workload.parse("idle-c2-64b-i3");
        ServerProcess server =
                ServerProcess.start(launch, Contender.named("nio-selector"), workload.protocol(), "nio-selector");
        try (DriverProcess idle = DriverProcess.holdIdle(launch, server, workload.idle())) {
            idle.requireAlive();

            server.close();

            assertThatThrownBy(() -> {
                        for (long end = System.nanoTime() + 20_000_000_000L; System.nanoTime() < end; ) {
                            idle.requireAlive();
                            Thread.sleep(10);
                        }
                    })
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining("idle connections are gone");
        } finally {
            server.close();
        }
    }
}
