package dev.tandem.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostCheckTest {

    @Test
    void ofSeveralLinesTheFirstIsTold() {
        assertThat(HostCheck.words("epoll", new UnsatisfiedLinkError("not found\nat all")))
                .isEqualTo("epoll failed: not found");
    }
}
