package dev.tandem.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private final Places places = new Places(List.of(
            "pingpong-c1-64b",
            "pingpong-c16-64b",
            "pingpong-c50-64b",
            "pingpong-c256-64b",
            "frames-c50-64b-d16",
            "frames-c50-64b-d64",
            "churn-c50-64b"));

    @Test
    void aThresholdIsNamedOnce() {
        assertThat(places.describe(List.of("pingpong-c50-64b", "pingpong-c256-64b")))
                .isEqualTo("ping-pong of 64 B at 50 or more connections");
        assertThat(places.describe(List.of("pingpong-c1-64b", "pingpong-c16-64b")))
                .isEqualTo("ping-pong of 64 B at 16 or fewer connections");
    }

    @Test
    void aNumberThatDoesNotMatterIsNotNamed() {
        assertThat(places.describe(List.of("frames-c50-64b-d16", "frames-c50-64b-d64")))
                .isEqualTo("frames of 64 B");
    }

    @Test
    void whatHasNoThresholdIsListed() {
        assertThat(places.describe(List.of("pingpong-c1-64b", "pingpong-c50-64b", "frames-c50-64b-d64")))
                .isEqualTo("ping-pong of 64 B at 1, 50 connections; frames of 64 B, 64 at once");
        assertThat(places.describe(List.of("pingpong-c1-64b"))).isEqualTo("ping-pong of 64 B at 1 connection");
    }
}
