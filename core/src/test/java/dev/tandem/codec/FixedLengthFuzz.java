package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FixedLengthFuzz {

    static Stream<byte[]> seeds() {
        return FuzzTarget.FIXED_LENGTH.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAndWritesAsTheSpecimenDoes(byte[] input) {
        FuzzTarget.FIXED_LENGTH.run(input);
    }
}
