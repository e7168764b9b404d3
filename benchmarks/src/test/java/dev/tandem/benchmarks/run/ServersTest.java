package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
