package dev.tandem.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tandem.codec.SeededRandom.Seeded;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every framing, whatever arrives and in whatever pieces. */
@Seeded
class FramingPropertiesTest {

    static List<Specimen> specimens() {
        return Specimens.all();
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void everyBodyComesBackFromItsFrame(Specimen specimen, Random random) {
        for (int i = 0; i < 200; i++) {
            byte[] body = specimen.body(random);
            byte[] frame = Sending.frame(specimen.framing(), body);
            assertThat(frame).isEqualTo(specimen.frame(body));
            assertThat(Receiving.whole(specimen.framing(), frame).reading())
                    .isEqualTo(new Reading(List.of(ByteBuffer.wrap(body)), frame.length, null));
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aThousandFramesArriveInOnePiece(Specimen specimen, Random random) {
        byte[] stream = specimen.stream(random, 1_000);
        Reading reading = Receiving.whole(specimen.framing(), stream).reading();
        assertThat(reading.bodies()).hasSize(1_000);
        assertThat(reading).isEqualTo(specimen.reading(stream));
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void everySplitPointYieldsTheSameFrames(Specimen specimen, Random random) {
        byte[] stream = specimen.stream(random, 4);
        Reading expected = specimen.reading(stream);
        assertThat(expected.bodies()).hasSize(4);
        for (int at = 0; at <= stream.length; at++) {
            assertThat(Receiving.split(specimen.framing(), stream, at).reading())
                    .as("split at %d", at)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aByteAtATimeYieldsTheSameFrames(Specimen specimen, Random random) {
        byte[] stream = specimen.stream(random, 20);
        assertThat(Receiving.pieces(specimen.framing(), stream, 1).reading()).isEqualTo(specimen.reading(stream));
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aTruncatedStreamYieldsItsCompleteFramesAndWaits(Specimen specimen, Random random) {
        byte[] stream = specimen.stream(random, 4);
        for (int length = 0; length < stream.length; length++) {
            byte[] truncated = Arrays.copyOf(stream, length);
            Reading reading = Receiving.whole(specimen.framing(), truncated).reading();
            assertThat(reading).as("truncated to %d", length).isEqualTo(specimen.reading(truncated));
            assertThat(reading.violation()).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void garbageIsReadTheSameInWhateverPieces(Specimen specimen, Random random) {
        for (int i = 0; i < 500; i++) {
            byte[] garbage = new byte[random.nextInt(100)];
            random.nextBytes(garbage);
            readInPieces(specimen, garbage, random);
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aDamagedStreamIsReadTheSameInWhateverPieces(Specimen specimen, Random random) {
        for (int i = 0; i < 500; i++) {
            byte[] damaged = Mutation.of(specimen.stream(random, random.nextInt(4)), random);
            readInPieces(specimen, damaged, random);
        }
    }

    @ParameterizedTest
    @MethodSource("specimens")
    void aBodyIsWrittenOrRefusedButNeverWrittenWrong(Specimen specimen, Random random) {
        for (int i = 0; i < 500; i++) {
            byte[] body = Mutation.of(specimen.body(random), random);
            byte[] expected = specimen.frame(body);
            try {
                byte[] frame = Sending.frame(specimen.framing(), body);
                assertThat(frame).isEqualTo(expected);
            } catch (FrameException refused) {
                if (expected != null) {
                    fail("Refused a body of %d bytes: %s", body.length, refused.getMessage());
                }
            }
        }
    }

    private static void readInPieces(Specimen specimen, byte[] stream, Random random) {
        Reading expected = specimen.reading(stream);
        int[] sizes = {1 + random.nextInt(5), 1 + random.nextInt(20), 1 + random.nextInt(60)};
        assertThat(Receiving.whole(specimen.framing(), stream).reading()).isEqualTo(expected);
        assertThat(Receiving.pieces(specimen.framing(), stream, sizes).reading())
                .isEqualTo(expected);
    }
}
