package dev.tandem.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.benchmarks.result.Results;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
