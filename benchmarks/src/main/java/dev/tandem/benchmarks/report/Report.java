package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The ways in which results reach people. */
public final class Report {

    private Report() {}

    /** Writes the page. */
    public static void write(Results results, Path file) throws IOException {
        Files.writeString(file, new ReportPage(results).toString());
    }

    /** Writes drawings for other documents into a directory, and returns their files. */
    public static List<Path> plots(Results results, Path directory) throws IOException {
        return new Plots(new Analysis(results), directory).write();
    }

    /** What the results say, a sentence a line. */
    public static List<String> verdict(Results results) {
        return new Verdict(new Analysis(results)).sentences();
    }

    /** How two runs differ, a line a point. */
    public static List<String> compare(Results before, Results after) {
        return new Comparison(before, after).lines();
    }
}
