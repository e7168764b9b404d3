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
    public static void write(List<Results> runs, Path file) throws IOException {
        Files.writeString(file, "");
    }

    /** What the results say, a sentence a line. */
    public static List<String> verdict(Results results) {
        return List.of();
    }

    /** How two runs differ, a line a point. */
    public static List<String> compare(Results before, Results after) {
        return List.of();
    }
}
