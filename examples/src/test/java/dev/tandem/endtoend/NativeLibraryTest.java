package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said where an engine's native library is not there or cannot be loaded. */
@OnBothTransports
class NativeLibraryTest extends ProcessTest {

    private static final Duration START_MAX = Duration.ofSeconds(60);

    /** Mounts what the first argument says at the second, and becomes the rest. */
    private static final String MOUNT_AND_BECOME = "mount -t tmpfs -o \"$0\" none \"$1\" && shift && exec \"$@\"";

    @TempDir
    Path directory;

    @Parameter
    String transport;

    private static List<String> unshare(List<String> command) {
        List<String> all = new ArrayList<>(List.of("unshare", "--map-root-user", "--mount"));
        all.addAll(command);
        return all;
    }

    /** The command as it runs where {@code directory} is a file system with these options of mount(8). */
    private List<String> mounted(String options, List<String> command) throws Exception {
        needs("unshare");
        Child attempt = start(unshare(List.of("sh", "-c", MOUNT_AND_BECOME, "ro", directory.toString(), "true")));
        assumeTrue(attempt.exitCode(START_MAX) == 0, "This user may not mount anything: " + attempt.said());
        List<String> all = new ArrayList<>(List.of("sh", "-c", MOUNT_AND_BECOME, options, directory.toString()));
        all.addAll(command);
        return unshare(all);
    }

    private String theOnlyLineOf(Child child) throws Exception {
        assertThat(child.exitCode(START_MAX)).as(child.said()).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err()).hasSize(1);
        return child.err().get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "ro, Read-only file system",
        "noexec, its files may not be executed (noexec)",
        "size=4k, No space left on device"
    })
    void withoutAPlaceToUnpackItTheDirectoryAndTheFaultAreNamed(String options, String fault) throws Exception {
        List<String> echo = Child.echo(List.of("-Djava.io.tmpdir=" + directory), "--transport", transport);

        assertThat(theOnlyLineOf(start(mounted(options, echo))))
                .isEqualTo("tandem echo: The transport " + transport + " cannot be used: its native library cannot be"
                        + " unpacked to " + directory + " and loaded: " + fault + " (NO_PLACE_FOR_NATIVE_LIBRARY)."
                        + " Make that directory writable and its files executable (in a container '--tmpfs /tmp:exec'),"
                        + " or name another one with -Dio.netty.native.workdir=<directory>.");
    }

    @Test
    void theOtherDirectoryThatTheMessageNamesHelps() throws Exception {
        Path other = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-other"));
        List<String> options = List.of("-Djava.io.tmpdir=" + directory, "-Dio.netty.native.workdir=" + other);
        try {
            Child child = start(mounted("noexec", Child.echo(options, "--transport", transport)));
            connect(child.port()).echo("unpacked elsewhere");
        } finally {
            Files.delete(other);
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Child child = startEcho(List.of("-Dio.netty.native.workdir=/proc/none"), "--transport", transport);

        assertThat(theOnlyLineOf(child))
                .contains(
                        "cannot be unpacked to /proc/none and loaded: NoSuchFileException (NO_PLACE_FOR_NATIVE_LIBRARY)");
    }

    @Test
    void withoutTheJarTheJarIsNamed() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*native-(epoll|io_uring)-.*\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        Child child =
                start(Child.java(classPath, List.of(), "dev.tandem.examples.Main", "echo", "--transport", transport));

        assertThat(theOnlyLineOf(child))
                .contains("(NATIVE_LIBRARY_MISSING). Add Netty's native jar for this processor");
    }
}
