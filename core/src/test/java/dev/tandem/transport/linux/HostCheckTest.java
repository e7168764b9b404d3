package dev.tandem.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

class HostCheckTest {

    @Test
    void aLibraryThatCannotBeUnpackedIsSaidToBeThat() {
        Throwable cause = new UnsatisfiedLinkError("could not load a native library");
        cause.initCause(new AccessDeniedException("/tmp/library.so"));

        assertThat(HostCheck.words("epoll", cause)).isEqualTo("epoll failed: AccessDeniedException: /tmp/library.so");
    }

    @Test
    void ofSeveralLinesTheFirstIsTold() {
        assertThat(HostCheck.words("epoll", new UnsatisfiedLinkError("not found\nat all")))
                .isEqualTo("epoll failed: not found");
    }
}
