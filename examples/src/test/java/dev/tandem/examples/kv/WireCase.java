package dev.tandem.examples.kv;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Request bytes and the reply bytes they must bring. The cases stand in {@code wire-cases.txt}, whose head says how to
 * write them.
 *
 * @param redisAgrees whether Redis answers the same
 */
record WireCase(String name, boolean resp3, boolean redisAgrees, byte[] request, byte[] reply, boolean closes) {

    static List<WireCase> all() {
        List<WireCase> cases = new ArrayList<>();
        for (String block : read().split("\n\n")) {
            WireCase parsed = parse(block);
            if (parsed != null) {
                cases.add(parsed);
            }
        }
        return cases;
    }

    /** A command as an array of bulk strings. */
    static byte[] command(byte[]... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("*" + arguments.length + "\r\n"));
        for (byte[] argument : arguments) {
            out.writeBytes(ascii("$" + argument.length + "\r\n"));
            out.writeBytes(argument);
            out.writeBytes(ascii("\r\n"));
        }
        return out.toByteArray();
    }

    static byte[] command(String... arguments) {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = ascii(arguments[i]);
        }
        return command(bytes);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return (resp3 ? "RESP3: " : "RESP2: ") + name;
    }

    private static String read() {
        try (InputStream in = WireCase.class.getResourceAsStream("wire-cases.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WireCase parse(String block) {
        String name = "";
        boolean closes = false;
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        for (String line : block.split("\n")) {
            if (line.startsWith("# ")) {
                name = line.substring(2);
            } else if (line.equals("<end")) {
                closes = true;
            } else if (line.startsWith(">> ")) {
                request.writeBytes(unescape(line.substring(3)));
            } else if (line.startsWith("> ")) {
                request.writeBytes(command(split(line.substring(2))));
            } else if (line.startsWith("<< ")) {
                reply.writeBytes(unescape(line.substring(3)));
            } else if (line.equals("<") || line.startsWith("< ")) {
                reply.writeBytes(ascii(line.substring(Math.min(2, line.length())) + "\r\n"));
            } else if (!line.startsWith("#")) {
                throw new IllegalArgumentException("No line of a case: " + line);
            }
        }
        if (request.size() == 0) {
            return null;
        }
        boolean resp3 = name.startsWith("3 ");
        boolean own = name.startsWith("own ");
        return new WireCase(name, resp3, !own, request.toByteArray(), reply.toByteArray(), closes);
    }

    /** Words separated by blanks; a word in double quotes may have escapes. */
    private static byte[][] split(String line) {
        List<byte[]> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            boolean quoted = line.charAt(at) == '"';
            int end = line.indexOf(quoted ? '"' : ' ', at + 1);
            end = end < 0 ? line.length() : end;
            words.add(quoted ? unescape(line.substring(at + 1, end)) : ascii(line.substring(at, end)));
            at = quoted ? end + 2 : end + 1;
        }
        return words.toArray(byte[][]::new);
    }

    private static byte[] unescape(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.write(c);
                continue;
            }
            char escaped = text.charAt(++i);
            switch (escaped) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '0' -> out.write(0);
                case '\\' -> out.write('\\');
                case 'x' -> {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("No escape: \\" + escaped);
            }
        }
        return out.toByteArray();
    }
}
