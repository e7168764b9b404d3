package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C servers and the C driver, compiled on this host if it has a compiler. Their sources are in the jar. */
public final class CPrograms {

    /** The load driver. */
    public static final String DRIVER = "drive";

    private static final List<String> PROGRAMS = List.of("echo_epoll", "echo_uring", DRIVER);
    private static final Pattern INCLUDE = Pattern.compile("^#include \"(.+)\"", Pattern.MULTILINE);
    private static final Map<String, String> CONTENDERS = Map.of("c-epoll", "echo_epoll", "c-iouring", "echo_uring");

    private final Map<String, Path> compiled = new TreeMap<>();
    private final Map<String, String> failures = new TreeMap<>();

    private CPrograms() {}

    /** For runs that need none of them. */
    static CPrograms none() {
        return new CPrograms();
    }

    /** Compiles what can be compiled into the directory. */
    public static CPrograms compile(Path directory) throws IOException {
        CPrograms programs = new CPrograms();
        Optional<Path> compiler = Tools.find("cc").or(() -> Tools.find("gcc")).or(() -> Tools.find("clang"));
        if (compiler.isEmpty()) {
            PROGRAMS.forEach(program -> programs.failures.put(program, "there is no C compiler (cc, gcc or clang)"));
            return programs;
        }
        Files.createDirectories(directory);
        for (String program : PROGRAMS) {
            programs.compile(compiler.get(), extract(program + ".c", directory), directory.resolve(program));
        }
        return programs;
    }

    /** With the headers that it includes, and those that they include. */
    private static Path extract(String source, Path directory) throws IOException {
        Path file = directory.resolve(source);
        if (Files.exists(file)) {
            return file;
        }
        try (InputStream in = CPrograms.class.getResourceAsStream("/c/" + source)) {
            if (in == null) {
                throw new IOException("The source /c/" + source + " is missing from the class path.");
            }
            Files.write(file, in.readAllBytes());
        }
        Matcher includes = INCLUDE.matcher(Files.readString(file));
        while (includes.find()) {
            extract(includes.group(1), directory);
        }
        return file;
    }

    private void compile(Path compiler, Path source, Path program) {
        String name = program.getFileName().toString();
        Tools.Outcome outcome = Tools.run(
                List.of(compiler.toString(), "-std=gnu11", "-O2", source.toString(), "-o", program.toString()));
        if (outcome.exitCode() == 0 && !Files.isExecutable(program)) {
            failures.put(
                    name,
                    "nothing may be executed in " + program.getParent()
                            + "; name another directory with TANDEM_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        } else if (outcome.exitCode() == 0) {
            compiled.put(name, program);
        } else {
            failures.put(
                    name,
                    "it does not compile here: "
                            + outcome.output().lines().findFirst().orElse("no message"));
        }
    }

    /** The same programs, as if the driver could not be compiled. */
    CPrograms withoutDriver() {
        compiled.remove(DRIVER);
        return this;
    }

    /** The driver, if it was compiled. */
    Optional<Path> driver() {
        return Optional.ofNullable(compiled.get(DRIVER));
    }

    /** Why there is no driver. */
    Optional<String> driverObstacle() {
        return Optional.ofNullable(failures.get(DRIVER));
    }

    /** The program of a contender. */
    Path server(Contender contender) {
        return compiled.get(CONTENDERS.get(contender.name()));
    }

    /** Why there is no program of this contender. */
    Optional<String> obstacle(Contender contender) {
        return Optional.ofNullable(failures.get(CONTENDERS.get(contender.name())));
    }
}
