package dev.tandem.benchmarks;

import dev.tandem.benchmarks.driver.DriverMain;
import dev.tandem.benchmarks.report.Report;
import dev.tandem.benchmarks.result.Results;
import dev.tandem.benchmarks.run.Contender;
import dev.tandem.benchmarks.run.Presets;
import dev.tandem.benchmarks.run.RunCommand;
import dev.tandem.benchmarks.run.Workload;
import dev.tandem.benchmarks.server.ServerMain;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code tandem bench}: measures server models against each other on this host. */
@Command(
        name = "tandem bench",
        description = "Measures server models against each other on this host, and says what the figures allow to say.",
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {

    private static final int BAD_USAGE = 2;

    @Mixin
    private RunCommand run = new RunCommand();

    @Spec
    private CommandLine.Model.CommandSpec spec;

    /** Runs the command that the arguments name and exits with its code. */
    public static void main(String[] arguments) throws Exception {
        // Two commands are the programs that a run starts, for use by hand: on two hosts, say.
        List<String> words = List.of(arguments);
        if (!words.isEmpty() && words.get(0).equals("serve")) {
            ServerMain.main(words.subList(1, words.size()).toArray(String[]::new));
        } else if (!words.isEmpty() && words.get(0).equals("drive")) {
            DriverMain.main(words.subList(1, words.size()).toArray(String[]::new));
        } else {
            System.exit(execute(arguments));
        }
    }

    /** Runs the command that the arguments name and returns its exit code. */
    static int execute(String... arguments) {
        return new CommandLine(new Main())
                .addSubcommand("list", new ListCommand())
                .addSubcommand("report", new ReportCommand())
                .addSubcommand("compare", new CompareCommand())
                .setParameterExceptionHandler(Main::onBadOption)
                .setExecutionExceptionHandler(Main::onException)
                .execute(arguments);
    }

    /** What is wrong, and what there is instead. */
    private static int onBadOption(ParameterException e, String[] arguments) {
        System.err.println(e.getMessage());
        e.getCommandLine().usage(System.err);
        return BAD_USAGE;
    }

    /** A wrong name or number is the user's mistake and says so without a stack trace. */
    private static int onException(Exception e, CommandLine commandLine, ParseResult parsed) throws Exception {
        if (e instanceof IllegalArgumentException || e instanceof IOException) {
            System.err.println("tandem bench: " + reason(e));
            return BAD_USAGE;
        }
        throw e;
    }

    /** What the JDK says of a file is its name alone, or more than one line. */
    private static String reason(Exception e) {
        if (e instanceof FileAlreadyExistsException there) {
            return there.getFile() + " is there already and is no directory.";
        } else if (e instanceof NoSuchFileException absent) {
            return absent.getFile() + " is not there and cannot be made.";
        } else if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + " is not accessible: permission denied.";
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public Integer call() throws IOException {
        return run.run(spec.commandLine().getParseResult().originalArgs());
    }

    @Command(name = "list", description = "Lists servers and workloads.", mixinStandardHelpOptions = true)
    private static final class ListCommand implements Runnable {

        @Override
        public void run() {
            System.out.println("Servers:");
            Contender.all()
                    .forEach(contender -> System.out.printf("  %-20s %s%n", contender.name(), contender.title()));
            System.out.println("\nWorkloads of the full matrix (others can be named the same way):");
            Presets.matrix()
                    .forEach(name -> System.out.printf(
                            "  %-22s %s%n", name, Workload.parse(name).title()));
            System.out.println("\nWith --quick: " + String.join(", ", Presets.QUICK_WORKLOADS));
        }
    }

    @Command(name = "report", description = "Makes the report from results.", mixinStandardHelpOptions = true)
    private static final class ReportCommand implements Callable<Integer> {

        @Parameters(paramLabel = "RESULTS", description = "A directory of results, or its results.json.")
        private Path results;

        @Option(names = "--out", paramLabel = "FILE", description = "Default: report.html beside the results.")
        private Optional<Path> out = Optional.empty();

        @Option(
                names = "--plots",
                paramLabel = "DIR",
                description = "Also write drawings for other documents, as SVG files.")
        private Optional<Path> plots = Optional.empty();

        @Override
        public Integer call() throws IOException {
            Path directory = Files.isDirectory(results)
                    ? results
                    : results.toAbsolutePath().getParent();
            Path report = out.orElse(directory.resolve("report.html"));
            Results read = Results.read(results);
            Report.write(read, report);
            Report.verdict(read).forEach(System.out::println);
            System.out.println("\nReport: " + report.toAbsolutePath());
            if (plots.isPresent()) {
                Report.plots(read, plots.get()).forEach(plot -> System.out.println("Plot: " + plot));
            }
            return 0;
        }
    }

    @Command(name = "compare", description = "Compares two runs point by point.", mixinStandardHelpOptions = true)
    private static final class CompareCommand implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "A", description = "A directory of results, or its results.json.")
        private Path before;

        @Parameters(index = "1", paramLabel = "B", description = "Another.")
        private Path after;

        @Override
        public Integer call() throws IOException {
            Report.compare(Results.read(before), Results.read(after)).forEach(System.out::println);
            return 0;
        }
    }
}
