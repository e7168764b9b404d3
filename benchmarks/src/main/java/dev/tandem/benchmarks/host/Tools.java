package dev.tandem.benchmarks.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the host that make the suite better when they are there: taskset, perf, a C compiler, git. */
public final class Tools {

    private static final int SECONDS_MAX = 60;

    private Tools() {}

    /** Where a program is, by its name. */
    public static Optional<Path> find(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path path = Path.of(directory, program);
            if (Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    /** What a program that ended well printed on both of its outputs. Empty if there is none, or it failed. */
    public static Optional<String> output(String... command) {
        Outcome outcome = run(List.of(command));
        return outcome.exitCode == 0 ? Optional.of(outcome.output) : Optional.empty();
    }

    /** Runs a program to its end, or to a time limit of a minute. */
    public static Outcome run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Outcome(-1, command.get(0) + " did not end within " + SECONDS_MAX + " s");
            }
            return new Outcome(process.exitValue(), output.strip());
        } catch (IOException e) {
            return new Outcome(-1, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(-1, "interrupted");
        }
    }

    /** How a program ended. */
    public record Outcome(int exitCode, String output) {}
}
