package dev.tandem.proxyprotocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ProxyHeaderFuzz {

    static Stream<byte[]> seeds() {
        return ProxyHeaderTest.good().stream();
    }

    @MethodSource("seeds")
    @FuzzTest
    void decidesOnceAndThrowsNothingElse(byte[] input) {
        HeaderReading.check(input);
    }
}
