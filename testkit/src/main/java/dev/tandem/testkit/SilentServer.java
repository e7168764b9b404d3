package dev.tandem.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Listens and answers nobody: its queue is full, so the kernel drops whoever asks for a connection. */
final class SilentServer implements AutoCloseable {

    /** The kernel lets one more wait than was asked for (listen(2)). */
    private static final int QUEUE = 1;

    private final ServerSocket listener;
    private final List<Socket> waiting = new ArrayList<>();

    SilentServer() throws IOException {
        listener = new ServerSocket(0, QUEUE, InetAddress.getLoopbackAddress());
        for (int i = 0; i <= QUEUE; i++) {
            waiting.add(new Socket(listener.getInetAddress(), listener.getLocalPort()));
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : waiting) {
            socket.close();
        }
    }
}
