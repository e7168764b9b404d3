package dev.tandem.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The launcher beside the jars that the build would have left for it, made of the classes under test. */
final class InstalledLauncher {

    private final Path launcher;

    InstalledLauncher(Path root) throws IOException {
        launcher = root.resolve("tandem");
        Files.copy(Path.of("..", "tandem"), launcher);
        Path target = Files.createDirectories(root.resolve("examples/target"));
        Path lib = Files.createDirectories(target.resolve("lib"));
        Files.createDirectories(root.resolve("examples/src/main"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("examples/pom.xml"), "");
        Files.createFile(target.resolve("examples.jar"));
        int number = 0;
        for (Path jar : new Jars(target).paths()) {
            // Where it is, TLS is OpenSSL's; the examples have the JDK's.
            if (!jar.getFileName().toString().contains("tcnative")) {
                Files.copy(jar, lib.resolve(number++ + "-" + jar.getFileName()));
            }
        }
        // Newer than every source, so that nothing is built.
        Files.setLastModifiedTime(
                target.resolve("examples.jar"), FileTime.from(Instant.now().plusSeconds(60)));
        openToEverybody(root);
    }

    private static void openToEverybody(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.toList()) {
                each.toFile().setReadable(true, false);
                if (Files.isDirectory(each) || each.endsWith("tandem")) {
                    each.toFile().setExecutable(true, false);
                }
            }
        }
    }

    Child start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        return Child.start(environment, command);
    }

    /** Starts it as a user without any privilege. */
    Child startAsNobody(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        return Child.start(Map.of("HOME", "/"), command);
    }
}
