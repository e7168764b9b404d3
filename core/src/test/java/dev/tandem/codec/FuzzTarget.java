package dev.tandem.codec;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What the fuzzer runs: the first bytes of an input choose a framing, the rest is what a peer sent, and then what an
 * application wants to write.
 *
 * <p>Whatever the input is, a reader finds what the {@link Specimen} finds, in one piece and in several. Nothing is thrown
 * but {@link FrameException}, no frame goes beyond what arrived, and the memory allocated stays below four times the bytes
 * received. What is written comes back.
 */
enum FuzzTarget {
    LENGTH_PREFIXED {
        @Override
        Specimen specimen(FuzzInput input) {
            int fieldBytes = 1 + input.below(4);
            boolean littleEndian = input.flag();
            boolean includingLength = input.flag();
            int header = input.below(9);
            int most = fieldBytes == 4 && input.flag() ? Integer.MAX_VALUE - fieldBytes : 255 - fieldBytes;
            int maxFrame = most - input.below(most - Math.max(0, header - 1));
            return new Specimens.FixedWidth(fieldBytes, littleEndian, includingLength, header, maxFrame);
        }
    },
    VARINT {
        @Override
        Specimen specimen(FuzzInput input) {
            int header = input.below(9);
            int most = input.flag() ? Integer.MAX_VALUE : 300;
            return new Specimens.Varint(header, most - input.below(256));
        }
    },
    DELIMITED {
        @Override
        Specimen specimen(FuzzInput input) {
            byte[] delimiter = input.take(1 + input.below(16));
            // Few different bytes, so that parts of the delimiter repeat.
            for (int i = 0; i < delimiter.length; i++) {
                delimiter[i] &= 1;
            }
            return new Specimens.Delimiting(delimiter, 1 + input.below(100));
        }
    },
    LINES {
        @Override
        Specimen specimen(FuzzInput input) {
            return new Specimens.Line(input.flag(), 1 + input.below(100));
        }
    },
    FIXED_LENGTH {
        @Override
        Specimen specimen(FuzzInput input) {
            return new Specimens.Fixed(1 + input.below(100));
        }
    };

    /** For a {@link FrameException} and its message, of which there is one at most. */
    private static final int REFUSAL_BYTES = 2048;

    private static final int ALLOCATED_PER_RECEIVED = 4;

    /** How many different sizes the pieces of a stream have. */
    private static final int PIECES = 2;

    /** The framing that the first bytes of an input choose. */
    abstract Specimen specimen(FuzzInput input);

    /** An input that chooses a framing at random and brings frames of it, most often damaged ones. */
    final byte[] input(Random random) {
        byte[] choice = new byte[24];
        random.nextBytes(choice);
        FuzzInput input = new FuzzInput(choice);
        Specimen specimen = specimen(input);
        input.take(PIECES);
        byte[] stream = specimen.stream(random, random.nextInt(5));
        return Wire.joined(
                Arrays.copyOf(choice, input.taken()), random.nextInt(4) == 0 ? stream : Mutation.of(stream, random));
    }

    /** Inputs for a fuzzer to start from, the same each time. */
    final Stream<byte[]> seeds() {
        Random random = new Random(1);
        return Stream.generate(() -> input(random)).limit(50);
    }

    final void run(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        Specimen specimen = specimen(input);
        int[] pieces = new int[PIECES];
        Arrays.setAll(pieces, i -> 1 + input.below(i == 0 ? 4 : 64));
        byte[] rest = input.rest();
        try {
            receive(specimen, rest, Math.max(1, rest.length));
            receive(specimen, rest, pieces);
            write(specimen, rest);
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    specimen + " with " + HexFormat.of().formatHex(rest) + " in pieces of " + Arrays.toString(pieces)
                            + ": " + failure.getMessage(),
                    failure);
        }
    }

    private static void receive(Specimen specimen, byte[] stream, int... pieces) {
        Reading expected = specimen.reading(stream);
        long allowed =
                ALLOCATED_PER_RECEIVED * (long) stream.length + (expected.violation() == null ? 0 : REFUSAL_BYTES);
        long allocated = Long.MAX_VALUE;
        // More than once, if need be: what a class allocates when it is loaded is not its input's doing.
        for (int i = 0; i < 3 && allocated > allowed; i++) {
            Receiving receiving = Receiving.pieces(specimen.framing(), stream, pieces);
            require(receiving.reading().equals(expected), "should be " + expected + " but is " + receiving.reading());
            allocated = Math.min(allocated, receiving.allocatedBytes());
        }
        require(allocated <= allowed, "allocated " + allocated + " bytes for " + stream.length + " received");
    }

    private static void write(Specimen specimen, byte[] body) {
        byte[] expected = specimen.frame(body);
        byte[] frame;
        try {
            frame = Sending.frame(specimen.framing(), body);
        } catch (FrameException refused) {
            require(expected == null, "refused to write: " + refused.getMessage());
            return;
        }
        require(Arrays.equals(frame, expected), "wrote " + HexFormat.of().formatHex(frame));
        Reading back = Receiving.whole(specimen.framing(), frame).reading();
        require(back.equals(specimen.reading(frame)) && back.bodies().size() == 1, "does not read what it wrote");
        require(Arrays.equals(back.bodies().get(0).array(), body), "reads another body than it wrote");
    }

    private static void require(boolean kept, String otherwise) {
        if (!kept) {
            throw new AssertionError(otherwise);
        }
    }
}
