package dev.tandem.benchmarks.server;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One thread per connection, blocking reads and writes.
 *
 * <p>Tuned: one read takes whatever has arrived, all its frames are answered into one buffer, and one write sends them.
 * Naive: what a first version looks like, data streams over buffered streams with a flush after each message.
 */
final class BlockingServer implements EchoServer {

    enum Threads {
        PLATFORM,
        VIRTUAL
    }

    /** Per connection and direction. Larger ones did not pay and cost memory on every idle connection. */
    private static final int BUFFER_BYTES = 16 << 10;

    private final Threads threads;
    private final boolean flushesEachMessage;
    private ServerSettings settings;
    private ExecutorService executor;

    BlockingServer(Threads threads, boolean flushesEachMessage) {
        this.threads = threads;
        this.flushesEachMessage = flushesEachMessage;
    }

    @Override
    public InetSocketAddress start(ServerSettings settings) throws IOException {
        this.settings = settings;
        executor = threads == Threads.VIRTUAL ? virtualThreads() : Executors.newCachedThreadPool();
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(settings.host(), settings.port()), ServerSettings.BACKLOG);
        new Thread(() -> accept(listener), "acceptor").start();
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** By name, because the suite compiles for a Java that does not have them. */
    private static ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Java " + Runtime.version().feature() + " has no virtual threads. Java 21 and newer do.", e);
        }
    }

    @Override
    public Map<String, String> verdict() {
        Map<String, String> verdict = new LinkedHashMap<>();
        verdict.put(
                "transport",
                "java.net.Socket, one " + (threads == Threads.VIRTUAL ? "virtual" : "platform")
                        + " thread per connection");
        verdict.put("flush", flushesEachMessage ? "after each message" : "once per read");
        verdict.put("bufferBytes", Integer.toString(BUFFER_BYTES));
        return verdict;
    }

    private void accept(ServerSocket listener) {
        while (true) {
            try {
                Socket socket = listener.accept();
                executor.execute(() -> serve(socket));
            } catch (IOException | OutOfMemoryError e) {
                System.err.println("accept failed: " + e);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (!settings.frames()) {
                echoBytes(socket.getInputStream(), socket.getOutputStream());
            } else if (flushesEachMessage) {
                echoFramesOneByOne(socket.getInputStream(), socket.getOutputStream());
            } else {
                echoFrames(socket.getInputStream(), socket.getOutputStream());
            }
        } catch (EOFException | SocketException e) {
            // The peer left, in one of the two ways peers leave.
        } catch (IOException e) {
            System.err.println("A connection failed: " + e);
        }
    }

    private static void echoBytes(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
        }
    }

    private static void echoFrames(InputStream in, OutputStream out) throws IOException {
        FrameBatch batch = new FrameBatch(BUFFER_BYTES);
        while (batch.fillFrom(in)) {
            batch.answerAll();
            batch.flushTo(out);
        }
    }

    private static void echoFramesOneByOne(InputStream in, OutputStream out) throws IOException {
        DataInputStream input = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
        DataOutputStream output = new DataOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
        while (true) {
            byte[] body = new byte[FrameBatch.checkedLength(input.readInt())];
            input.readFully(body);
            output.writeInt(body.length);
            output.write(body);
            output.flush();
        }
    }
}
