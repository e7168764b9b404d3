package dev.tandem.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.BitSet;

/** Many clients of a {@link Ledger} that keep asking, some requests ahead, until the server ends the stream. */
final class LedgerClient implements AutoCloseable {

    private static final int REQUEST_BYTES = 8;
    private static final int AHEAD_MAX = 64;

    private final Selector selector;
    private final Account[] accounts;

    /** What one client has asked and heard. */
    static final class Account {

        private final SocketChannel channel;
        private final int client;
        private final ByteBuffer in = ByteBuffer.allocate(AHEAD_MAX * REQUEST_BYTES);
        private final ByteBuffer out = ByteBuffer.allocate(AHEAD_MAX * REQUEST_BYTES);
        private final BitSet answeredAhead = new BitSet();
        private int asked;
        private volatile int answered;
        private String end = "";

        private Account(SocketChannel channel, int client) {
            this.channel = channel;
            this.client = client;
            out.flip();
        }

        int answered() {
            return answered;
        }

        /** {@code end of stream}, or how else it ended. */
        String end() {
            return end;
        }

        private void onReady() {
            try {
                receive();
                ask();
            } catch (IOException e) {
                finish(e.getMessage());
            }
        }

        private void receive() throws IOException {
            int count = channel.read(in);
            in.flip();
            while (in.remaining() >= REQUEST_BYTES) {
                if (in.getInt() != client) {
                    throw new AssertionError("Client " + client + " received somebody else's answer.");
                }
                onAnswer(in.getInt());
            }
            in.compact();
            if (count < 0) {
                finish("end of stream");
            }
        }

        /** Answers to requests that were taken up together may overtake each other; none may come twice. */
        private void onAnswer(int number) {
            if (answeredAhead.get(number)) {
                throw new AssertionError("Answer " + number + " of client " + client + " came twice.");
            }
            answeredAhead.set(number);
            answered = answered + 1;
        }

        private void ask() throws IOException {
            if (!end.isEmpty()) {
                return;
            }
            out.compact();
            while (asked - answered < AHEAD_MAX && out.remaining() >= REQUEST_BYTES) {
                out.putInt(client).putInt(asked++);
            }
            out.flip();
            channel.write(out);
        }

        private void finish(String how) {
            end = how;
            try {
                channel.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    LedgerClient(int port, int clients) throws IOException {
        selector = Selector.open();
        accounts = new Account[clients];
        for (int i = 0; i < clients; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            accounts[i] = new Account(channel, i);
            channel.register(selector, SelectionKey.OP_READ, accounts[i]);
        }
    }

    Account[] accounts() {
        return accounts;
    }

    /** Whether every client was answered so often. */
    boolean allAnswered(int times) {
        return Arrays.stream(accounts).allMatch(account -> account.answered >= times);
    }

    /** Asks and listens until the server has ended every stream. */
    void run() throws IOException {
        for (Account account : accounts) {
            account.onReady();
        }
        while (selector.keys().stream().anyMatch(SelectionKey::isValid)) {
            selector.select(key -> ((Account) key.attachment()).onReady(), 100);
        }
    }

    @Override
    public void close() throws IOException {
        for (Account account : accounts) {
            account.channel.close();
        }
        selector.close();
    }
}
