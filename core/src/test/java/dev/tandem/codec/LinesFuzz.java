package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class LinesFuzz {

    static Stream<byte[]> seeds() {
        return FuzzTarget.LINES.seeds();
    }

    @MethodSource("seeds")
    @FuzzTest
    void readsAndWritesAsTheSpecimenDoes(byte[] input) {
        FuzzTarget.LINES.run(input);
    }
}
