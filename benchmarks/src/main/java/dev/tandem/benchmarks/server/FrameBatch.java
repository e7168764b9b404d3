package dev.tandem.benchmarks.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The frames of one read, and the replies to all of them in one array. */
final class FrameBatch {

    private byte[] received;
    private int receivedBytes;
    private byte[] replies;
    private int replyBytes;

    FrameBatch(int bytes) {
        received = new byte[bytes];
        replies = new byte[bytes];
    }

    static int checkedLength(int length) throws IOException {
        if (length < 0 || length > ServerSettings.FRAME_BYTES_MAX) {
            throw new IOException("A frame of " + length + " bytes is larger than the limit of "
                    + ServerSettings.FRAME_BYTES_MAX + " bytes.");
        }
        return length;
    }

    /** Takes what one read gives. Returns whether there was anything before the end. */
    boolean fillFrom(InputStream in) throws IOException {
        if (receivedBytes == received.length) {
            received = Arrays.copyOf(received, received.length * 2);
        }
        int count = in.read(received, receivedBytes, received.length - receivedBytes);
        receivedBytes += Math.max(0, count);
        return count >= 0;
    }

    /** Decodes every complete frame and appends its reply; an unfinished one moves to the front. */
    void answerAll() throws IOException {
        ByteBuffer in = ByteBuffer.wrap(received, 0, receivedBytes);
        while (in.remaining() >= ServerSettings.LENGTH_BYTES) {
            int length = checkedLength(in.getInt(in.position()));
            if (in.remaining() < ServerSettings.LENGTH_BYTES + length) {
                break;
            }
            reply(in.position() + ServerSettings.LENGTH_BYTES, length);
            in.position(in.position() + ServerSettings.LENGTH_BYTES + length);
        }
        receivedBytes = in.remaining();
        System.arraycopy(received, in.position(), received, 0, receivedBytes);
    }

    private void reply(int bodyAt, int length) {
        int end = replyBytes + ServerSettings.LENGTH_BYTES + length;
        if (end > replies.length) {
            replies = Arrays.copyOf(replies, Math.max(end, replies.length * 2));
        }
        ByteBuffer.wrap(replies).putInt(replyBytes, length);
        System.arraycopy(received, bodyAt, replies, replyBytes + ServerSettings.LENGTH_BYTES, length);
        replyBytes = end;
    }

    void flushTo(OutputStream out) throws IOException {
        if (replyBytes > 0) {
            out.write(replies, 0, replyBytes);
            replyBytes = 0;
        }
    }
}
