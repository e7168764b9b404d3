package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.result.Block;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** The latencies of a point: those of all its blocks in one histogram. */
final class Latencies {

    private static final long NANOS_MAX = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(NANOS_MAX, DIGITS);
    private final double rate;
    private final boolean rateAchieved;
    private final boolean disturbed;

    private Latencies(List<Block> blocks, boolean disturbed) {
        this.disturbed = disturbed;
        rate = blocks.get(0).rate();
        rateAchieved = blocks.stream().allMatch(Block::rateAchieved);
        blocks.forEach(block -> histogram.add(decode(block.histogram())));
    }

    /** Of the blocks that nothing disturbed; of all if there is none. */
    static Optional<Latencies> of(List<Block> blocks) {
        List<Block> kept =
                blocks.stream().filter(block -> !block.histogram().isEmpty()).toList();
        List<Block> accepted = kept.stream().filter(Block::isAccepted).toList();
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(accepted.isEmpty() ? new Latencies(kept, true) : new Latencies(accepted, false));
    }

    private static Histogram decode(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("A histogram in the results is damaged.", e);
        }
    }

    double rate() {
        return rate;
    }

    boolean rateAchieved() {
        return rateAchieved;
    }

    boolean disturbed() {
        return disturbed;
    }

    double nanosAt(double percentile) {
        return histogram.getValueAtPercentile(percentile);
    }

    double maxNanos() {
        return histogram.getMaxValue();
    }
}
