package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which engine runs, where one does not work, and what is said about it. */
class TransportChoiceTest extends ProcessTest {

    private static final Duration START_MAX = Duration.ofSeconds(60);

    /** The kernel refuses io_uring with this error, to the process and all it starts. */
    private static List<String> refusing(String error, List<String> command) {
        return strace(List.of("-o", "/dev/null", "-e", "inject=io_uring_setup:error=" + error), command);
    }

    private static List<String> strace(List<String> options, List<String> command) {
        assumeTrue(hasStrace(), "strace is not installed.");
        List<String> traced =
                new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=io_uring_setup"));
        traced.addAll(options);
        traced.addAll(command);
        return traced;
    }

    private static boolean hasStrace() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "strace")));
    }

    private static String verdict(Child child) {
        return child.awaitLog("Listening on");
    }

    @ParameterizedTest
    @CsvSource({
        "EPERM, 6.1.0-amd64, NOT_PERMITTED, seccomp profile",
        "ENOSYS, 6.1.0-amd64, NOT_PERMITTED, seccomp profile",
        "ENOSYS, 5.1, NOT_PERMITTED, seccomp profile",
        "ENOSYS, 5.0.21, KERNEL_TOO_OLD, Use Linux 5.19 or newer",
        "ENOSYS, 4.19.0-amd64, KERNEL_TOO_OLD, Use Linux 5.19 or newer",
        "ENOMEM, 6.1.0-amd64, OUT_OF_MEMORY, ulimit -l"
    })
    void whereIoUringIsRefused(String error, String kernel, String obstacle, String remedy) throws Exception {
        List<String> options = List.of("-Dos.version=" + kernel);
        Child auto = start(refusing(error, Child.echo(options, "--transport", "auto")));
        Child preferred = start(refusing(error, Child.echo(options, "--transport", "prefer:io_uring")));
        Child required = start(refusing(error, Child.echo(options, "--transport", "io_uring")));

        // What was not asked for is no matter.
        assertThat(auto.transport()).isEqualTo("epoll");
        assertThat(verdict(auto)).endsWith("requested=auto by code");
        connect(auto.port()).echo("auto");

        assertThat(preferred.transport()).isEqualTo("epoll");
        assertThat(verdict(preferred))
                .contains("transport=epoll", "requested=prefer:io_uring by code")
                .contains("; io_uring not used: io_uring_setup failed: " + error + " (" + obstacle + "). ")
                .contains(remedy);
        connect(preferred.port()).echo("preferred");

        assertThat(required.exitCode(START_MAX)).isEqualTo(2);
        assertThat(required.out()).isEmpty();
        assertThat(required.err()).hasSize(1);
        assertThat(required.err().get(0))
                .startsWith("tandem echo: The transport io_uring cannot be used: io_uring_setup failed: " + error + " ("
                        + obstacle + "). ")
                .contains(remedy);
    }

    @Test
    void whereIoUringIsRefusedOnlyToTheLoops(@TempDir Path directory) throws Exception {
        // The probe may, the loops may not: as when memory or descriptors run out in between.
        long calls = callsOfAStart(directory.resolve("calls"));
        String error = "ENOMEM:when=" + calls + "+";
        Child preferred =
                start(refusing(error, Child.echo(List.of(), "--transport", "prefer:io_uring", "--loops", "1")));
        Child required = start(refusing(error, Child.echo(List.of(), "--transport", "io_uring", "--loops", "1")));

        assertThat(preferred.transport()).isEqualTo("epoll");
        assertThat(verdict(preferred)).contains("; io_uring not used: io_uring_setup failed: ENOMEM (OUT_OF_MEMORY). ");
        connect(preferred.port()).echo("preferred");

        assertThat(required.exitCode(START_MAX)).as(required.said()).isEqualTo(2);
        assertThat(required.err()).hasSize(1);
        assertThat(required.err().get(0)).contains("io_uring_setup failed: ENOMEM (OUT_OF_MEMORY). ", "ulimit -l");
    }

    /** How often a server with one loop calls io_uring_setup; the last call is the loop's. */
    private long callsOfAStart(Path trace) throws Exception {
        Child child = start(strace(
                List.of("-o", trace.toString()), Child.echo(List.of(), "--transport", "io_uring", "--loops", "1")));
        child.port();
        // Signals, of which the JVM uses some for itself, are traced too.
        return Files.readAllLines(trace).stream()
                .filter(line -> line.contains("io_uring_setup("))
                .count();
    }

    @Test
    void theEnvironmentOverridesTheCode() throws Exception {
        Child child = start(Map.of("TANDEM_TRANSPORT", "io_uring"), Child.echo(List.of(), "--transport", "epoll"));

        assertThat(child.transport()).isEqualTo("io_uring");
        assertThat(verdict(child)).endsWith("requested=io_uring by environment variable TANDEM_TRANSPORT");
        connect(child.port()).echo("overridden");
    }

    @Test
    void theSystemPropertyOverridesBoth() throws Exception {
        Child child = start(
                Map.of("TANDEM_TRANSPORT", "io_uring"),
                Child.echo(List.of("-Dtandem.transport=prefer:epoll"), "--transport", "io_uring"));

        assertThat(child.transport()).isEqualTo("epoll");
        assertThat(verdict(child)).endsWith("requested=prefer:epoll by system property tandem.transport");
    }

    @ParameterizedTest
    @CsvSource({"auto", "io_uring", "prefer:io_uring"})
    void anotherOperatingSystemIsToldThatThisNeedsLinux(String asked) throws Exception {
        Child child = startEcho(List.of("-Dos.name=Mac OS X"), "--transport", asked);

        assertThat(child.exitCode(START_MAX)).isEqualTo(2);
        assertThat(child.out()).isEmpty();
        assertThat(child.err()).hasSize(1);
        assertThat(child.err().get(0)).contains("cannot be used: this is Mac OS X", "(NOT_LINUX)", "run it on Linux");
    }
}
