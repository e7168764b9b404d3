package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class VarintFuzz {

    static Stream<byte[]> seeds() {
        return FuzzTarget.VARINT.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAndWritesAsTheSpecimenDoes(byte[] input) {
        FuzzTarget.VARINT.run(input);
    }
}
