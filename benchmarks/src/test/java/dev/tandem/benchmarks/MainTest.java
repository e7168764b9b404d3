package dev.tandem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.Tools;
import dev.tandem.benchmarks.result.Results;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @TempDir
    private Path directory;

    private static Process bench(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes());
    }

    @Test
    void anUnknownServerIsAnsweredWithTheKnownOnes() throws Exception {
        Process process = bench("pingpong-c4-64b", "--servers", "apache");

        assertThat(output(process))
                .contains("There is no server apache. The servers are tandem-epoll, tandem-iouring, netty-epoll");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void anUnknownOptionIsAnsweredWithTheKnownOnes() throws Exception {
        Process process = bench("--quickly");

        assertThat(output(process)).contains("--quickly").contains("--servers").contains("--pairs");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void whatIsNotThereIsSaidWithoutAStackTrace() throws Exception {
        Process report = bench("report", directory.resolve("absent").toString());
        assertThat(output(report)).contains("There are no results at").doesNotContain("\tat ");
        assertThat(report.waitFor()).isEqualTo(2);

        Process cpus = bench("pingpong-c4-64b", "--server-cpus", "4000", "--driver=java", "--out=" + directory);
        assertThat(output(cpus)).contains("CPUs 4000 are not there").doesNotContain("\tat ");
        assertThat(cpus.waitFor()).isEqualTo(2);
    }

    @Test
    void interruptingKeepsWhatWasMeasured() throws Exception {
        Process process = bench(
                "pingpong-c4-64b",
                "--servers=nio-selector",
                "--driver=java",
                "--pairs=10000",
                "--seconds=0.05",
                "--warm=0",
                "--heap=64",
                "--no-traces",
                "--out=" + directory);
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); !line.contains("round 2 "); line = lines.readLine()) {
                assertThat(line).doesNotContain("FAILED");
            }
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            lines.lines().forEach(line -> assertThat(line).doesNotContain("FAILED"));
        }

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        Results results = Results.read(directory);
        assertThat(results.complete()).isFalse();
        assertThat(results.blocks()).hasSizeGreaterThan(4);
        assertThat(directory.resolve("report.html")).isNotEmptyFile();
        assertThat(directory.resolve("blocks.csv")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--forks=0",
                "--pairs=-1",
                "--seconds=-1",
                "--seconds=NaN",
                "--warm=-1",
                "--loops=-1",
                "--heap=0",
                "--extra-rounds=-1",
                "--time-limit=0",
                "--twin=c-epoll",
                "--servers=nio-selector",
                "--server-cpus=-",
                "--server-cpus=1-0",
                "--server-cpus=0-2000000000"
            })
    void aNumberOrNameThatMakesNoSenseIsToldInOneLine(String option) {
        String err =
                refused("pingpong-c4-64b", "--servers=nio-selector", "--driver=java", "--out=" + directory, option);

        assertThat(err).startsWith("tandem bench: ").containsOnlyOnce("\n");
    }

    @Test
    void allCpusForTheServerLeaveNoneForTheDriverAndAreRefused() {
        CpuSet allowed = CpuSet.allowed();
        assumeTrue(allowed.size() > 1 && Tools.find("taskset").isPresent(), "nothing is pinned here");

        assertThat(refused("pingpong-c4-64b", "--driver=java", "--out=" + directory, "--server-cpus=" + allowed))
                .startsWith("tandem bench: ")
                .contains("leaves none for the driver")
                .containsOnlyOnce("\n");
    }

    @Test
    void aWorkloadThatIsNamedTwiceIsRefused() {
        assertThat(refused("pingpong-c50-64b", "pingpong", "--driver=java", "--out=" + directory))
                .startsWith("tandem bench: ")
                .contains("pingpong-c50-64b is named twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "{\"schema\":1,\"startedAt\":\"20"})
    void damagedResultsAreToldInOneLine(String text) throws IOException {
        Files.writeString(directory.resolve(Results.FILE), text);

        assertThat(refused("report", directory.toString()))
                .startsWith("tandem bench: " + directory.resolve(Results.FILE))
                .containsOnlyOnce("\n");
    }

    @Test
    void twoRunsDoNotWriteToOneDirectory() throws Exception {
        try (FileChannel file = FileChannel.open(
                        directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = file.lock()) {
            assertThat(held.isValid()).isTrue();
            Process second = bench("pingpong-c4-64b", "--servers=nio-selector", "--driver=java", "--out=" + directory);

            assertThat(output(second))
                    .isEqualTo("tandem bench: Another run writes to " + directory + ". Choose another directory.\n");
            assertThat(second.waitFor()).isEqualTo(2);
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsToldWithTheReason() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(refused("pingpong-c4-64b", "--driver=java", "--out=" + file))
                .isEqualTo("tandem bench: " + file + " is there already and is no directory.\n");
        assertThat(refused("pingpong-c4-64b", "--driver=java", "--out=" + file.resolve("below")))
                .startsWith("tandem bench: " + file)
                .contains("ot a directory")
                .containsOnlyOnce("\n");
    }

    /** What it says on standard error, in this process, before it exits with the code for a wrong option. */
    private static String refused(String... arguments) {
        PrintStream before = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setErr(new PrintStream(err, true));
        try {
            assertThat(Main.execute(arguments)).isEqualTo(2);
        } finally {
            System.setErr(before);
        }
        return err.toString();
    }
}
