package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class LengthPrefixedFuzz {

    static Stream<byte[]> seeds() {
        return FuzzTarget.LENGTH_PREFIXED.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAndWritesAsTheSpecimenDoes(byte[] input) {
        FuzzTarget.LENGTH_PREFIXED.run(input);
    }
}
