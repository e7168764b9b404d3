package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a loop gives back when it ends is written by nobody any more, also if it is woken meanwhile. */
@OnBothTransports
class LoopEndTest extends ProcessTest {

    private static final String LOOPS = "20000";

    @Parameter
    String transport;

    @Test
    void twentyThousandLoopsEndAndTheHeapIsSound() throws Exception {
        Child child = start(Child.java(List.of(), "dev.tandem.endtoend.ChildLoops", transport, LOOPS));

        int exitCode = child.exitCode(Duration.ofSeconds(100));

        assertThat(exitCode).as(child.said()).isZero();
        assertThat(child.out()).containsExactly("ended " + LOOPS + " loops");
    }
}
