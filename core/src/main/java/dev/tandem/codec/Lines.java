package dev.tandem.codec;

/**
 * Lines of text: frames that end with LF. A line that ends with CR LF is read the same, whichever end is written.
 *
 * <pre>{@code
 * Codec<String, String> codec = Lines.lf().maxFrame(8192).text();
 * }</pre>
 *
 * <p>The body is the line without its end. A CR that does not stand before the LF is content like any other byte, so a
 * body may contain CR but no LF. One that ends with CR cannot be written with {@link #lf}, because its reader would take
 * the CR for part of the end.
 *
 * <p>Every byte is looked at once, in however many pieces a line arrives, and no further than the limit reaches.
 */
public final class Lines {

    private final boolean crlf;

    private Lines(boolean crlf) {
        this.crlf = crlf;
    }

    /** Lines that are written with LF at their end, as Unix does. */
    public static Lines lf() {
        return new Lines(false);
    }

    /** Lines that are written with CR LF at their end, as most Internet protocols do. */
    public static Lines crlf() {
        return new Lines(true);
    }

    /**
     * The framing with this limit. A line is refused as soon as so many bytes have arrived that its body must be larger.
     *
     * @param bytes the largest body, without the line's end, at least 1
     */
    public Framing maxFrame(int bytes) {
        return new LineFraming(crlf, bytes);
    }
}
