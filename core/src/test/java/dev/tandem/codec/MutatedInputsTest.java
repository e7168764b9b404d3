package dev.tandem.codec;

import dev.tandem.codec.SeededRandom.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs what the fuzzer runs for a moment, in every build, with inputs that chance alone chooses. */
@Seeded
class MutatedInputsTest {

    private static final int INPUTS = 20_000;

    @ParameterizedTest
    @EnumSource
    void framesAreReadAndWrittenAsTheSpecimenDoes(FuzzTarget target, Random random) {
        for (int i = 0; i < INPUTS; i++) {
            target.run(target.input(random));
        }
    }

    @Test
    void textIsReadAsAStrictDecoderDoes(Random random) {
        byte[] text = "\u00fc\u20ac\ud83d\ude00\ufffdz".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < INPUTS; i++) {
            StrictText.run(Mutation.of(text, random));
        }
    }
}
