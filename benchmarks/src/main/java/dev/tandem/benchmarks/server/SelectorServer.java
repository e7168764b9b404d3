package dev.tandem.benchmarks.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;

/**
 * The JDK's own non-blocking channels on one thread: one shared receive buffer, one write per read, and a copy only of
 * what the socket did not take.
 */
final class SelectorServer implements EchoServer {

    static final long CORRUPT_NOTHING = Long.MAX_VALUE;

    private static final int BUFFER_BYTES = 64 << 10;

    private final long corruptEveryBytes;
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private ByteBuffer replies = ByteBuffer.allocateDirect(2 * BUFFER_BYTES);
    private long echoedBytes;
    private ServerSettings settings;
    private Selector selector;

    /** @param corruptEveryBytes one bit is turned in every so many bytes, to test that the driver notices */
    SelectorServer(long corruptEveryBytes) {
        this.corruptEveryBytes = corruptEveryBytes;
    }

    @Override
    public InetSocketAddress start(ServerSettings settings) throws IOException {
        this.settings = settings;
        selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(new InetSocketAddress(settings.host(), settings.port()), ServerSettings.BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        new Thread(this::loop, "selector-loop").start();
        return (InetSocketAddress) listener.getLocalAddress();
    }

    @Override
    public Map<String, String> verdict() {
        return Map.of(
                "transport", selector.provider().getClass().getName(),
                "bufferBytes", Integer.toString(BUFFER_BYTES));
    }

    private void loop() {
        while (true) {
            try {
                selector.select(this::onReady);
            } catch (IOException e) {
                System.err.println("select failed: " + e);
            }
        }
    }

    private void onReady(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept((ServerSocketChannel) key.channel());
            } else if (key.isWritable()) {
                writeRest(key, (Connection) key.attachment());
            } else {
                read(key, (Connection) key.attachment());
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Connection());
        }
    }

    private void read(SelectionKey key, Connection connection) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        received.clear();
        if (connection.unfinished != null) {
            received.put(connection.unfinished);
            connection.unfinished = null;
        }
        if (channel.read(received) < 0) {
            close(key);
            return;
        }
        received.flip();
        ByteBuffer reply = settings.frames() ? answerFrames(connection) : received;
        corrupt(reply);
        channel.write(reply);
        if (reply.hasRemaining()) {
            connection.unsent = copyOf(reply);
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    /** Keeps an unfinished frame with its connection, so that the receive buffer can be shared. */
    private ByteBuffer answerFrames(Connection connection) throws IOException {
        replies.clear();
        while (received.remaining() >= ServerSettings.LENGTH_BYTES) {
            int length = FrameBatch.checkedLength(received.getInt(received.position()));
            if (length + ServerSettings.LENGTH_BYTES > BUFFER_BYTES) {
                throw new IOException("This server takes frames of up to " + BUFFER_BYTES + " bytes.");
            }
            if (received.remaining() < ServerSettings.LENGTH_BYTES + length) {
                break;
            }
            int end = received.position() + ServerSettings.LENGTH_BYTES + length;
            replies.putInt(length);
            replies.put(replies.position(), received, received.position() + ServerSettings.LENGTH_BYTES, length);
            replies.position(replies.position() + length);
            received.position(end);
        }
        connection.unfinished = received.hasRemaining() ? copyOf(received) : null;
        return replies.flip();
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private void corrupt(ByteBuffer reply) {
        long before = echoedBytes;
        echoedBytes += reply.remaining();
        if (before / corruptEveryBytes != echoedBytes / corruptEveryBytes) {
            int at = reply.limit() - 1 - (int) (echoedBytes % corruptEveryBytes);
            reply.put(at, (byte) (reply.get(at) ^ 1));
        }
    }

    /** While a peer does not read, neither does this server read from it. */
    private static void writeRest(SelectionKey key, Connection connection) throws IOException {
        ((SocketChannel) key.channel()).write(connection.unsent);
        if (!connection.unsent.hasRemaining()) {
            connection.unsent = null;
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            System.err.println("close failed: " + e);
        }
    }

    private static final class Connection {
        private ByteBuffer unfinished;
        private ByteBuffer unsent;
    }
}
