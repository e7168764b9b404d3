package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client that is gone before it is accepted makes an accept fail, and nothing more: others come in at once. */
class AcceptErrorTest extends ProcessTest {

    // On io_uring a completion brings the error, and no system call that a tracer could make fail.
    private static final String TRANSPORT = "epoll";

    private static final int FAILURES = 3;

    private static List<String> withAbortedAccepts(List<String> command) {
        List<String> traced = new ArrayList<>(
                List.of("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=accept4", "-e"));
        traced.add("inject=accept4:error=ECONNABORTED:when=1.." + FAILURES);
        traced.addAll(command);
        return traced;
    }

    @Test
    void whoIsGoneBeforeItIsAcceptedIsSkipped() throws Exception {
        needs("strace");
        Child child = start(withAbortedAccepts(Child.echo(List.of(), "--transport", TRANSPORT, "--loops", "1")));
        int port = child.port();
        for (int i = 0; i < FAILURES; i++) {
            connect(port).echo("served");
        }

        child.awaitLog("ECONNABORTED");
        List<String> failures = child.err().stream()
                .filter(line -> line.contains("ECONNABORTED"))
                .toList();
        assertThat(failures).isNotEmpty().allSatisfy(line -> assertThat(line).contains("Going on."));
    }
}
