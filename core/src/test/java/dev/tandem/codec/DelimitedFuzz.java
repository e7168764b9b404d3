package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class DelimitedFuzz {

    static Stream<byte[]> seeds() {
        return FuzzTarget.DELIMITED.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAndWritesAsTheSpecimenDoes(byte[] input) {
        FuzzTarget.DELIMITED.run(input);
    }
}
