package dev.tandem.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.benchmarks.host.Tools;
import dev.tandem.benchmarks.result.Block;
import dev.tandem.benchmarks.result.BlocksCsv;
import dev.tandem.benchmarks.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    @TempDir
    private Path directory;

    @Test
    void saysHowManyTimesAsMuchAServerCosts() {
        Results results = new SampleResults()
                .cost("tandem-epoll", 5)
                .cost("tandem-iouring", 4.4)
                .cost("blocking-platform", 10.5)
                .results(List.of("pingpong-c50-64b"));

        assertThat(Report.verdict(results))
                .anyMatch(line -> line.startsWith("Tandem io_uring against Tandem epoll, CPU per message: 12 % less"))
                .anyMatch(line -> line.startsWith("Blocking, platform threads against Tandem epoll")
                        && line.contains("2.1 times as much"));
    }

    @Test
    void namesNoWinnerInsideTheNoise() {
        Results results = new SampleResults()
                .cost("tandem-epoll", 5)
                .cost("tandem-iouring", 5.01)
                .results(List.of("pingpong-c50-64b"));

        assertThat(Report.verdict(results)).anyMatch(line -> line.contains("no difference beyond the noise"));
    }

    /** Two blocks of a server against itself may agree by chance, and anything would be beyond such a noise. */
    @Test
    void claimsNothingWhenTheNoiseRestsOnFewPairs() {
        Results all = new SampleResults()
                .cost("tandem-epoll", 5)
                .cost("tandem-iouring", 4.4)
                .results(List.of("pingpong-c50-64b"));
        Results fewOfTwin = withBlocks(
                all,
                all.blocks().stream()
                        .filter(block -> !block.twin() || block.round() == 0)
                        .toList());

        assertThat(Report.verdict(fewOfTwin)).noneMatch(line -> line.contains("% less"));
        assertThat(Report.compare(fewOfTwin, fewOfTwin)).anyMatch(line -> line.contains("no claim"));
    }

    private static Results withBlocks(Results results, List<Block> blocks) {
        return new Results(
                results.schema(),
                results.startedAt(),
                results.seconds(),
                results.command(),
                results.complete(),
                results.finished(),
                results.environment(),
                results.settings(),
                results.workloads(),
                results.contenders(),
                results.points(),
                blocks);
    }

    /** A disk that is full, or an end in the middle, must not cost what was measured before. */
    @Test
    void resultsAreReplacedAsAWholeAndNeverWrittenOver() throws IOException {
        Path file = directory.resolve(Results.FILE);
        new SampleResults()
                .cost("tandem-epoll", 5)
                .results(List.of("pingpong-c1-64b"))
                .write(file);
        Path sameFile = Files.createLink(directory.resolve("same"), file);
        String before = Files.readString(file);

        new SampleResults()
                .cost("netty-epoll", 5)
                .results(List.of("pingpong-c1-64b"))
                .write(file);

        assertThat(Files.readString(sameFile)).isEqualTo(before);
        assertThat(Files.readString(file)).contains("netty-epoll").isNotEqualTo(before);
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void thePageNeedsNoNetwork() throws IOException {
        String page = page(SampleResults.full().results());

        assertThat(page).doesNotContain("http://", "https://", "<script", "<link", "url(", "@import");
    }

    @Test
    void resultsAreReadBackAsTheyWereWritten() throws IOException {
        Results results = SampleResults.full().results(List.of("pingpong-c1-64b", "memory-c10000"));
        results.write(directory.resolve(Results.FILE));
        BlocksCsv.write(results.blocks(), directory.resolve("blocks.csv"));

        Results read = Results.read(directory);

        assertThat(read).usingRecursiveComparison().isEqualTo(results);
        assertThat(Files.readAllLines(directory.resolve("blocks.csv")))
                .hasSize(results.blocks().size() + 1)
                .allMatch(line -> line.split(",", -1).length == 32);
    }

    @Test
    void theSentencesOfAFullRunAreShort() {
        List<String> sentences = Report.verdict(SampleResults.full().results());

        assertThat(sentences).allMatch(sentence -> sentence.length() < 400);
        assertThat(sentences.get(0)).startsWith("In how many of 16 workloads nobody needed less CPU per message");
    }

    @Test
    void plotsAreFilesThatNeedNothingElse() throws IOException {
        List<Path> plots = Report.plots(SampleResults.full().results(), directory.resolve("plots"));

        assertThat(plots)
                .extracting(plot -> plot.getFileName().toString())
                .contains("pingpong.svg", "frames-c50-64b-d64.svg", "latency-p99.svg");
        for (Path plot : plots) {
            assertThat(Files.readString(plot))
                    .startsWith("<svg xmlns='http://www.w3.org/2000/svg'")
                    .contains("prefers-color-scheme: dark")
                    .doesNotContain("<script", "url(", "@import");
        }
    }

    @Test
    void comparingARunWithItselfFindsNothing() {
        Results results = SampleResults.full().results(List.of("pingpong-c50-64b"));

        assertThat(Report.compare(results, results))
                .filteredOn(line -> line.startsWith("pingpong"))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("no difference beyond the noise"));
    }

    @Test
    void aBrowserWithoutANetworkShowsTheWholePage() throws IOException {
        Optional<Path> browser = Tools.find("chromium").or(() -> Tools.find("google-chrome"));
        assumeTrue(browser.isPresent(), "no chromium and no google-chrome");
        Path file = directory.resolve("report.html");
        Report.write(SampleResults.full().results(), file);

        Tools.Outcome outcome = Tools.run(List.of(
                browser.orElseThrow().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--proxy-server=127.0.0.1:9",
                "--user-data-dir=" + directory.resolve("profile"),
                "--dump-dom",
                file.toUri().toString()));

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("Which server model on this host?")
                .contains("Latency at given rates")
                .contains("Memory of 10000 idle connections");
        // Each kind of cost, memory, two curves of connections, two of depth or less, three percentiles.
        assertThat(outcome.output().split("<svg ", -1)).hasSizeGreaterThan(20);
    }

    private String page(Results results) throws IOException {
        Path file = directory.resolve("report.html");
        Report.write(results, file);
        return Files.readString(file);
    }
}
