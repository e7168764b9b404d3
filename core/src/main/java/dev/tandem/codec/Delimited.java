package dev.tandem.codec;

/**
 * Frames that end with a delimiter of one to sixteen bytes. The delimiter is no part of the body, and a body cannot
 * contain it.
 *
 * <pre>{@code
 * Framing framing = Delimited.by((byte) 0).maxFrame(8192);
 *
 *   h e l l o  00
 *   body       delimiter
 * }</pre>
 *
 * <p>Every byte is looked at once, in however many pieces a frame arrives and whatever it contains, and no further than
 * the limit reaches. For lines of text there is {@link Lines}.
 */
public final class Delimited {

    private final Delimiter delimiter;

    private Delimited(Delimiter delimiter) {
        this.delimiter = delimiter;
    }

    /** Frames that end with these bytes, 1 to 16 of them. */
    public static Delimited by(byte... delimiter) {
        return new Delimited(new Delimiter(delimiter));
    }

    /**
     * The framing with this limit. A frame is refused as soon as so many bytes have arrived that its body must be larger.
     *
     * @param bytes the largest body, without the delimiter, at least 1
     */
    public Framing maxFrame(int bytes) {
        return new DelimitedFraming(delimiter, bytes);
    }
}
