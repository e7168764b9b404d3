package dev.tandem.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Many clients of one kind in a process of their own: {@code <port> <kind> <count> ...}.
 *
 * <ul>
 *   <li>{@code listen <count> <bytes> <rounds>} receives, and says when all have so many bytes more;
 *   <li>{@code dribble <count> <seconds>} begins a frame and sends a byte of it every so many seconds, until it is closed;
 *   <li>{@code ask <count> <line>} sends a line and never reads.
 * </ul>
 */
final class Crowd {

    private static final int KERNEL_BUFFER_BYTES = 4096;

    private final InetSocketAddress server;
    private final Selector selector = Selector.open();

    private Crowd(int port) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public static void main(String[] arguments) throws Exception {
        Crowd crowd = new Crowd(Integer.parseInt(arguments[0]));
        int count = Integer.parseInt(arguments[2]);
        switch (arguments[1]) {
            case "listen" -> crowd.listen(count, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
            case "dribble" -> crowd.dribble(count, TimeUnit.SECONDS.toNanos(Integer.parseInt(arguments[3])));
            case "ask" -> crowd.ask(count, arguments[3] + "\n");
            default -> throw new IllegalArgumentException(arguments[1]);
        }
    }

    private SocketChannel connect(int receiveBufferBytes) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBufferBytes > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
        }
        channel.connect(server);
        channel.configureBlocking(false);
        return channel;
    }

    // ---- Listening ----

    private void listen(int count, int bytes, int rounds) throws IOException {
        for (int i = 0; i < count; i++) {
            connect(0).register(selector, SelectionKey.OP_READ, new long[1]);
        }
        System.out.println("connected " + count);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        int[] behind = {0};
        for (int round = 1; round <= rounds; round++) {
            long wanted = (long) round * bytes;
            behind[0] = (int) selector.keys().stream()
                    .filter(key -> ((long[]) key.attachment())[0] < wanted)
                    .count();
            while (behind[0] > 0) {
                selector.select(key -> behind[0] -= receive(key, buffer, wanted));
            }
            System.out.println("round " + round);
        }
    }

    /** Returns 1 if this client has now all that is wanted, and had not before. */
    private static int receive(SelectionKey key, ByteBuffer buffer, long wanted) {
        long[] received = (long[]) key.attachment();
        boolean wasBehind = received[0] < wanted;
        try {
            int count = ((SocketChannel) key.channel()).read(buffer.clear());
            if (count < 0) {
                throw new IllegalStateException("The server has closed a connection.");
            }
            received[0] += count;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return wasBehind && received[0] >= wanted ? 1 : 0;
    }

    // ---- Dribbling ----

    private static final class Dribbler {
        private final SocketChannel channel;
        private final long begunNanos = System.nanoTime();
        private long nextNanos;
        private byte next;

        Dribbler(SocketChannel channel, long periodNanos) throws IOException {
            this.channel = channel;
            sendByte();
            nextNanos = begunNanos + periodNanos;
        }

        /** The length of a frame, 0x00010101, that takes a week, and then bytes of it. */
        void sendByte() throws IOException {
            channel.write(ByteBuffer.wrap(new byte[] {next}));
            next = 1;
        }
    }

    private void dribble(int count, long periodNanos) throws IOException {
        Queue<Dribbler> due = new ArrayDeque<>();
        List<Long> livedMillis = new ArrayList<>();
        long start = System.nanoTime();
        int opened = 0;
        while (livedMillis.size() < count) {
            // They come one after the other over a period, as their bytes do.
            while (opened < count && System.nanoTime() - start >= opened * periodNanos / count) {
                Dribbler dribbler = new Dribbler(connect(0), periodNanos);
                dribbler.channel.register(selector, SelectionKey.OP_READ, dribbler);
                due.add(dribbler);
                if (++opened == count) {
                    System.out.println("connected " + count);
                }
            }
            while (!due.isEmpty() && due.peek().nextNanos - System.nanoTime() <= 0) {
                Dribbler dribbler = due.remove();
                if (dribbler.channel.isOpen()) {
                    dribbler.sendByte();
                    dribbler.nextNanos += periodNanos;
                    due.add(dribbler);
                }
            }
            selector.select(key -> onClosed(key, livedMillis), 1);
        }
        livedMillis.sort(null);
        System.out.println("closed " + livedMillis.size() + " after " + livedMillis.get(0) + " to "
                + livedMillis.get(livedMillis.size() - 1) + " ms");
    }

    private static void onClosed(SelectionKey key, List<Long> livedMillis) {
        Dribbler dribbler = (Dribbler) key.attachment();
        try {
            if (dribbler.channel.read(ByteBuffer.allocate(1)) >= 0) {
                throw new IllegalStateException("The server has answered half a frame.");
            }
            livedMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dribbler.begunNanos));
            dribbler.channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Asking ----

    private void ask(int count, String line) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            channels.add(connect(KERNEL_BUFFER_BYTES));
        }
        System.out.println("connected " + count);
        for (SocketChannel channel : channels) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        }
        System.out.println("asked " + count);
        while (channels.stream().anyMatch(SocketChannel::isOpen)) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
    }
}
