package dev.tandem.endtoend;

import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Answers lines: a number by as many bytes, everything else by itself. A line that is not finished is held. The bytes are
 * written at once, whoever asks for how many.
 */
class Generous implements ConnectionHandler {

    @Override
    public void onBytes(Connection connection, ByteBuf in) {
        for (int end = in.bytesBefore((byte) '\n'); end >= 0; end = in.bytesBefore((byte) '\n')) {
            String line = in.readCharSequence(end, StandardCharsets.US_ASCII).toString();
            in.skipBytes(1);
            if (line.matches("\\d+")) {
                give(connection, Integer.parseInt(line));
            } else {
                connection.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    void give(Connection connection, int bytes) {
        connection.write(new byte[bytes]);
    }

    /** Writes no more than is taken. One for each connection. */
    static final class InPieces extends Generous {

        private static final byte[] PIECE = new byte[64 << 10];

        private int owed;

        @Override
        void give(Connection connection, int bytes) {
            owed += bytes;
            onWritable(connection);
        }

        @Override
        public void onWritable(Connection connection) {
            while (owed > 0 && connection.isOpen() && connection.isWritable()) {
                int piece = Math.min(PIECE.length, owed);
                owed -= piece;
                connection.write(piece == PIECE.length ? PIECE : new byte[piece]);
            }
        }
    }
}
