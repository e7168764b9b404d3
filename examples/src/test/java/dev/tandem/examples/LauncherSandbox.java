package dev.tandem.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A copy of the launcher in a small project of stubs: java prints its arguments, the build leaves a jar. */
final class LauncherSandbox {

    /** What one run of the launcher left behind. */
    record Outcome(long pid, int exitCode, String out, String err) {}

    private static final Path LAUNCHER = Path.of("..", "tandem");
    private static final long RUN_SECONDS_MAX = 60;

    private final Path root;
    private final Map<String, String> environment = new HashMap<>();
    private Path workingDirectory;

    LauncherSandbox(Path root) throws IOException {
        this.root = root;
        this.workingDirectory = root;
        Files.copy(LAUNCHER, launcher());
        Files.writeString(root.resolve("pom.xml"), "");
        Files.createDirectories(source().getParent());
        Files.writeString(root.resolve("examples/pom.xml"), "");
        Files.writeString(source(), "");
        script("mvnw", "echo build", "mkdir -p examples/target", "echo built > examples/target/examples.jar");
        built();
        environment.put("PATH", root.resolve("bin") + ":/usr/bin:/bin");
    }

    Path launcher() {
        return root.resolve("tandem");
    }

    Path source() {
        return root.resolve("examples/src/main/java/Main.java");
    }

    Path jar() {
        return root.resolve("examples/target/examples.jar");
    }

    /** Leaves the project as a build does: the jar is newer than every source. */
    final LauncherSandbox built() throws IOException {
        Files.createDirectories(jar().getParent());
        Files.writeString(jar(), "");
        Files.setLastModifiedTime(jar(), FileTime.from(Instant.now().plusSeconds(60)));
        return this;
    }

    /** Puts a java first on the PATH that reports the version and otherwise prints its pid and its arguments. */
    LauncherSandbox java(String version) throws IOException {
        script(
                "bin/java",
                "case \"$*\" in",
                "*-version*) echo 'openjdk version \"" + version + "\" 2026-01-01' >&2",
                "    echo '    java.home = " + root + "' >&2 ;;",
                "*) echo pid $$; printf '%s\\n' \"$@\" ;;",
                "esac");
        return this;
    }

    LauncherSandbox compiler() throws IOException {
        return script("bin/javac", "exit 1");
    }

    LauncherSandbox script(String path, String... lines) throws IOException {
        Path script = root.resolve(path);
        Files.createDirectories(script.getParent());
        Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    LauncherSandbox with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    LauncherSandbox in(Path directory) {
        workingDirectory = directory;
        return this;
    }

    Outcome run(String... arguments) {
        return run(launcher(), arguments);
    }

    Outcome run(Path command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(root, "out", ".txt");
            Path err = Files.createTempFile(root, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(line)
                    .directory(workingDirectory.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("The launcher did not end within " + RUN_SECONDS_MAX + " s: " + line);
            }
            return new Outcome(process.pid(), process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the launcher ran", e);
        }
    }
}
