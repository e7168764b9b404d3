package dev.tandem.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Starts servers in processes of their own and ends them after each test. */
@Timeout(120)
abstract class ProcessTest {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void nothingIsLeft() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** Skips the test where this command is not installed; {@code .ci/run} installs all of them. */
    static void needs(String command) {
        boolean isInstalled = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
        assumeTrue(isInstalled, command + " is not installed.");
    }

    final Child start(List<String> command) {
        return start(Map.of(), command);
    }

    final Child start(Map<String, String> environment, List<String> command) {
        return closeAfterwards(Child.start(environment, command));
    }

    /** Starts the echo example on a free port, in a JVM like this one. */
    final Child startEcho(List<String> options, String... arguments) {
        return start(Child.echo(options, arguments));
    }

    final Peer connect(int port) {
        return closeAfterwards(Peer.connect(port));
    }

    final <T extends AutoCloseable> T closeAfterwards(T resource) {
        open.push(resource);
        return resource;
    }
}
