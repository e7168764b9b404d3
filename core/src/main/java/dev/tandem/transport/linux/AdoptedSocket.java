package dev.tandem.transport.linux;

import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a descriptor of our own of one that the process was started with. The original stays open for whoever wants it next,
 * and with it what waits in the kernel's queue.
 *
 * <p>Ours must not block, and nothing here can say so to the kernel but what receives a descriptor from another process
 * (SCM_RIGHTS, unix(7)): so we send it to ourselves.
 */
final class AdoptedSocket {

    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** Whoever guesses the name of our end could send us something else; so often nobody does. */
    private static final int ATTEMPTS_MAX = 10;

    private AdoptedSocket() {}

    /**
     * A descriptor of the same socket that does not block.
     *
     * @throws TransportException if there is no such descriptor, or it is not a stream socket that listens
     */
    static Socket of(InheritedSocket inherited) throws TransportException {
        String operation = "listen on " + inherited;
        try {
            // Not ours to close.
            Socket given = new Socket(inherited.number());
            int family = given.getIntOpt(SOL_SOCKET, SO_DOMAIN);
            boolean isKnown = family == AF_UNIX || family == AF_INET || family == AF_INET6;
            if (!isKnown
                    || given.getIntOpt(SOL_SOCKET, SO_TYPE) != SOCK_STREAM
                    || given.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0) {
                throw new TransportException(
                        operation,
                        "EINVAL",
                        "It is no TCP or Unix socket that listens: correct who starts this process.");
            }
            int own = duplicate(inherited.number());
            return family == AF_UNIX ? new UnixSocket(own) : new Socket(own);
        } catch (TransportException e) {
            throw e;
        } catch (ChannelException notASocket) {
            throw new TransportException(
                    operation, "EBADF", "This process was started with no such socket: correct who starts it.");
        } catch (IOException e) {
            throw Errno.failure(operation, e);
        }
    }

    private static int duplicate(int number) throws IOException {
        Socket receiver = Socket.newSocketDomainDgram();
        Socket sender = null;
        try {
            // Without a name, so that the kernel chooses one in its own space (unix(7), autobind).
            receiver.bind(new DomainSocketAddress(""));
            sender = Socket.newSocketDomainDgram();
            sender.connect(receiver.localDomainSocketAddress());
            sender.sendFd(number);
            for (int i = 0; i < ATTEMPTS_MAX; i++) {
                int received = receiver.recvFd();
                if (received > 0 && targetOf(received).equals(targetOf(number))) {
                    return received;
                }
                if (received > 0) {
                    new FileDescriptor(received).close();
                }
            }
            throw new IOException("The descriptor could not be duplicated.");
        } finally {
            ListeningSocket.closeQuietly(sender);
            ListeningSocket.closeQuietly(receiver);
        }
    }

    /** Names the socket itself, such as {@code socket:[4711]}, whatever the number of the descriptor. */
    private static Path targetOf(int descriptor) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd", String.valueOf(descriptor)));
    }
}
