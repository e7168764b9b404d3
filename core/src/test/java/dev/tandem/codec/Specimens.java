package dev.tandem.codec;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The specimens of all ready-made framings. */
final class Specimens {

    private Specimens() {}

    /** One of each kind, and every option at least once, with limits small enough to be met. */
    static List<Specimen> all() {
        List<Specimen> all = new ArrayList<>();
        for (int fieldBytes = 1; fieldBytes <= 4; fieldBytes++) {
            for (boolean littleEndian : new boolean[] {false, true}) {
                all.add(new FixedWidth(fieldBytes, littleEndian, false, 0, 200));
                all.add(new FixedWidth(fieldBytes, littleEndian, true, 0, 200));
                all.add(new FixedWidth(fieldBytes, littleEndian, false, 3, 200));
                all.add(new FixedWidth(fieldBytes, littleEndian, true, 7, 200));
            }
        }
        all.add(new FixedWidth(4, false, false, 0, Integer.MAX_VALUE));
        for (int header : new int[] {0, 1, 6}) {
            all.add(new Varint(header, 100));
            all.add(new Varint(header, 300));
            all.add(new Varint(header, Integer.MAX_VALUE));
        }
        for (String delimiter : List.of("'\0'", "'abab'", "'aab'", "'aaaaaaab'", "'0123456789abcdef'", "0d 0a 0d 0a")) {
            all.add(new Delimiting(Wire.bytes(delimiter), 1));
            all.add(new Delimiting(Wire.bytes(delimiter), 50));
        }
        for (boolean crlf : new boolean[] {false, true}) {
            all.add(new Line(crlf, 1));
            all.add(new Line(crlf, 50));
        }
        all.add(new Fixed(1));
        all.add(new Fixed(17));
        return all;
    }

    /** A length of one to four bytes. */
    static final class FixedWidth extends Specimen {

        private final int fieldBytes;
        private final boolean littleEndian;
        private final boolean includingLength;
        private final int header;

        FixedWidth(int fieldBytes, boolean littleEndian, boolean includingLength, int header, int maxFrame) {
            super(framing(fieldBytes, littleEndian, includingLength, header, maxFrame));
            this.fieldBytes = fieldBytes;
            this.littleEndian = littleEndian;
            this.includingLength = includingLength;
            this.header = header;
        }

        private static Framing framing(
                int fieldBytes, boolean littleEndian, boolean includingLength, int header, int maxFrame) {
            LengthPrefixed prefix = switch (fieldBytes) {
                case 1 -> LengthPrefixed.int8();
                case 2 -> LengthPrefixed.int16();
                case 3 -> LengthPrefixed.int24();
                default -> LengthPrefixed.int32();
            };
            prefix = littleEndian ? prefix.littleEndian() : prefix;
            prefix = includingLength ? prefix.includingLength() : prefix;
            prefix = header > 0 ? prefix.headerBytesBefore(header) : prefix;
            return prefix.maxFrame(maxFrame);
        }

        @Override
        Cut cut(byte[] bytes) {
            if (bytes.length < header + fieldBytes) {
                return Cut.INCOMPLETE;
            }
            byte[] field = ordered(Arrays.copyOfRange(bytes, header, header + fieldBytes));
            BigInteger length = fieldBytes == 4 ? new BigInteger(field) : new BigInteger(1, field);
            BigInteger rest = length.subtract(BigInteger.valueOf(includingLength ? fieldBytes : 0));
            if (rest.signum() < 0) {
                return Cut.MALFORMED;
            }
            return afterLength(bytes, header, fieldBytes, rest, framing().maxFrame());
        }

        @Override
        byte[] frame(byte[] body) {
            if (body.length < header || body.length > framing().maxFrame()) {
                return null;
            }
            long length = body.length - header + (includingLength ? fieldBytes : 0);
            byte[] field = new byte[fieldBytes];
            for (int i = 0; i < fieldBytes; i++) {
                field[fieldBytes - 1 - i] = (byte) (length >> 8 * i);
            }
            return Wire.joined(
                    Arrays.copyOf(body, header), ordered(field), Arrays.copyOfRange(body, header, body.length));
        }

        @Override
        byte[] body(Random random) {
            return randomBody(random, header);
        }

        private byte[] ordered(byte[] field) {
            byte[] ordered = field.clone();
            for (int i = 0; littleEndian && i < field.length; i++) {
                ordered[i] = field[field.length - 1 - i];
            }
            return ordered;
        }
    }

    /** A length of one to five bytes. */
    static final class Varint extends Specimen {

        private final int header;

        Varint(int header, int maxFrame) {
            super((header > 0 ? LengthPrefixed.varint().headerBytesBefore(header) : LengthPrefixed.varint())
                    .maxFrame(maxFrame));
            this.header = header;
        }

        @Override
        Cut cut(byte[] bytes) {
            int fieldBytes = 0;
            BigInteger length = BigInteger.ZERO;
            while (true) {
                if (fieldBytes == 5) {
                    return Cut.MALFORMED;
                }
                if (header + fieldBytes >= bytes.length) {
                    return Cut.INCOMPLETE;
                }
                int next = bytes[header + fieldBytes] & 0xff;
                length = length.add(BigInteger.valueOf(next % 128).shiftLeft(7 * fieldBytes));
                fieldBytes++;
                if (next < 128) {
                    boolean superfluous = next == 0 && fieldBytes > 1;
                    return superfluous || length.bitLength() > 32
                            ? Cut.MALFORMED
                            : afterLength(
                                    bytes, header, fieldBytes, length, framing().maxFrame());
                }
            }
        }

        @Override
        byte[] frame(byte[] body) {
            if (body.length < header || body.length > framing().maxFrame()) {
                return null;
            }
            byte[] field = {};
            int left = body.length - header;
            while (left >= 128) {
                field = Wire.joined(field, new byte[] {(byte) (128 + left % 128)});
                left /= 128;
            }
            field = Wire.joined(field, new byte[] {(byte) left});
            return Wire.joined(Arrays.copyOf(body, header), field, Arrays.copyOfRange(body, header, body.length));
        }

        @Override
        byte[] body(Random random) {
            return randomBody(random, header);
        }
    }

    private static Specimen.Cut afterLength(byte[] bytes, int header, int fieldBytes, BigInteger rest, int maxFrame) {
        if (rest.add(BigInteger.valueOf(header)).compareTo(BigInteger.valueOf(maxFrame)) > 0) {
            return Specimen.Cut.TOO_LARGE;
        }
        int from = header + fieldBytes;
        if (bytes.length - from < rest.intValueExact()) {
            return Specimen.Cut.INCOMPLETE;
        }
        int to = from + rest.intValueExact();
        return Specimen.Cut.frame(Wire.joined(Arrays.copyOf(bytes, header), Arrays.copyOfRange(bytes, from, to)), to);
    }

    /** A delimiter. */
    static final class Delimiting extends Specimen {

        private final byte[] delimiter;

        Delimiting(byte[] delimiter, int maxFrame) {
            super(Delimited.by(delimiter).maxFrame(maxFrame));
            this.delimiter = delimiter;
        }

        @Override
        Cut cut(byte[] bytes) {
            // The first place where a delimiter stands, or where one that has not arrived in full may.
            int end = 0;
            while (!stands(bytes, end)) {
                end++;
            }
            if (end > framing().maxFrame()) {
                return Cut.TOO_LARGE;
            }
            return end + delimiter.length > bytes.length
                    ? Cut.INCOMPLETE
                    : Cut.frame(Arrays.copyOf(bytes, end), end + delimiter.length);
        }

        private boolean stands(byte[] bytes, int at) {
            int arrived = Math.min(delimiter.length, bytes.length - at);
            return Arrays.equals(bytes, at, at + arrived, delimiter, 0, arrived);
        }

        @Override
        byte[] frame(byte[] body) {
            byte[] frame = Wire.joined(body, delimiter);
            int first = 0;
            while (!Arrays.equals(frame, first, first + delimiter.length, delimiter, 0, delimiter.length)) {
                first++;
            }
            return first < body.length || body.length > framing().maxFrame() ? null : frame;
        }

        @Override
        byte[] body(Random random) {
            // Bytes of the delimiter, so that parts of it are everywhere.
            byte[] body = randomBody(random, 0);
            for (int i = 0; i < body.length; i++) {
                body[i] = random.nextInt(4) == 0 ? body[i] : delimiter[random.nextInt(delimiter.length)];
            }
            return frame(body) == null ? new byte[0] : body;
        }
    }

    /** Lines. */
    static final class Line extends Specimen {

        private final boolean crlf;

        Line(boolean crlf, int maxFrame) {
            super((crlf ? Lines.crlf() : Lines.lf()).maxFrame(maxFrame));
            this.crlf = crlf;
        }

        @Override
        Cut cut(byte[] bytes) {
            int lf = 0;
            while (lf < bytes.length && bytes[lf] != '\n') {
                lf++;
            }
            int end = lf > 0 && bytes[lf - 1] == '\r' ? lf - 1 : lf;
            if (end > framing().maxFrame()) {
                return Cut.TOO_LARGE;
            }
            return lf == bytes.length ? Cut.INCOMPLETE : Cut.frame(Arrays.copyOf(bytes, end), lf + 1);
        }

        @Override
        byte[] frame(byte[] body) {
            boolean endsWithCr = body.length > 0 && body[body.length - 1] == '\r';
            for (byte each : body) {
                if (each == '\n') {
                    return null;
                }
            }
            if (body.length > framing().maxFrame() || endsWithCr && !crlf) {
                return null;
            }
            return Wire.joined(body, Wire.bytes(crlf ? "0d 0a" : "0a"));
        }

        @Override
        byte[] body(Random random) {
            byte[] body = randomBody(random, 0);
            for (int i = 0; i < body.length; i++) {
                body[i] = (byte) (random.nextInt(3) == 0 ? '\r' : 'a');
            }
            return frame(body) == null ? new byte[0] : body;
        }
    }

    /** A fixed length. */
    static final class Fixed extends Specimen {

        Fixed(int bytes) {
            super(FixedLength.of(bytes));
        }

        @Override
        Cut cut(byte[] bytes) {
            int length = framing().maxFrame();
            return bytes.length < length ? Cut.INCOMPLETE : Cut.frame(Arrays.copyOf(bytes, length), length);
        }

        @Override
        byte[] frame(byte[] body) {
            return body.length == framing().maxFrame() ? body : null;
        }

        @Override
        byte[] body(Random random) {
            byte[] body = new byte[framing().maxFrame()];
            random.nextBytes(body);
            return body;
        }
    }
}
