package dev.tandem.transport.linux;

import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that names a listening Unix domain socket. Binding makes it, and nothing removes it when the server ends but the
 * server; so a server that was killed leaves one behind, at which nobody listens any more.
 */
final class SocketFile {

    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    /** The bits of a file's mode that say what kind it is, and those of a socket (inode(7)). */
    private static final int S_IFMT = 0170000;

    private static final int S_IFSOCK = 0140000;

    private final Path path;
    private final Object identity;

    private SocketFile(Path path) throws IOException {
        this.path = path;
        this.identity = identityOf(path);
    }

    /**
     * Lets {@code socket} listen at a file of this name, which only those whom {@code options} let may connect to.
     *
     * @throws TransportException if something else is there: a file that is no socket, or a socket that somebody listens on
     */
    static SocketFile listen(UnixSocket socket, UnixDomainSocketAddress address, ListenOptions options)
            throws TransportException {
        Path path = address.getPath();
        String operation = "listen on " + path;
        // Of two servers that start at the same time, one must not remove the new file of the other. Until the other
        // listens, its file looks like one that was left behind.
        try (Starting alone = Starting.at(path)) {
            if (!alone.isAlone()) {
                throw inUse(operation, "Another server is starting there: choose another path, or start only one.");
            }
            makeRoom(operation, address);
            return make(socket, address, options);
        } catch (TransportException e) {
            throw e;
        } catch (IOException | ChannelException e) {
            throw Errno.failure(operation, e, SocketFile::advice);
        }
    }

    private static SocketFile make(UnixSocket socket, UnixDomainSocketAddress address, ListenOptions options)
            throws IOException {
        socket.bind(UnixSocket.nativeAddress(address));
        SocketFile file = new SocketFile(address.getPath());
        try {
            // Before anybody can connect, which needs a socket that listens.
            Files.setPosixFilePermissions(file.path, options.socketFileMode());
            socket.listen(options.backlog());
            return file;
        } catch (IOException e) {
            file.remove();
            throw e;
        }
    }

    /** Removes a file that nobody listens at. To be looked at before binding: Netty removes whatever is there. */
    private static void makeRoom(String operation, UnixDomainSocketAddress address) throws IOException {
        Path path = address.getPath();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw inUse(operation, "A file that is no socket is there: choose another path, or remove it.");
        }
        if (!isStale(address)) {
            throw inUse(operation, "Another server listens there: choose another path, or stop it.");
        }
        Files.delete(path);
        LOG.info("Removed {}, which a server that has ended left behind.", path);
    }

    /** Whether it is a socket and no pipe or device: of those too the kernel says that nobody listens there. */
    private static boolean isSocket(Path path) throws IOException {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & S_IFMT) == S_IFSOCK;
    }

    /** Whether nobody listens there, which the kernel tells whoever tries to connect. */
    private static boolean isStale(UnixDomainSocketAddress address) {
        UnixSocket probe = null;
        try {
            probe = UnixSocket.open();
            probe.connect(UnixSocket.nativeAddress(address));
            return false;
        } catch (IOException | ChannelException refused) {
            return Errno.ofConnect(refused) == Errno.ECONNREFUSED;
        } finally {
            ListeningSocket.closeQuietly(probe);
        }
    }

    /** Removes the file, unless another server has made one of its own in its place. */
    void remove() {
        try {
            if (identity.equals(identityOf(path))) {
                Files.delete(path);
            }
        } catch (IOException gone) {
            LOG.debug("{} could not be removed.", path, gone);
        }
    }

    /** Device and inode. */
    private static Object identityOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static TransportException inUse(String operation, String advice) {
        return new TransportException(operation, Errno.name(Errno.EADDRINUSE), advice);
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "The directory does not exist: make it, or choose another path.";
            case Errno.EACCES -> "The directory does not let this user make files: grant it, or choose another path.";
            default -> "";
        };
    }

    /**
     * A server that starts at a path, alone. The lock is a name in the kernel's own space (unix(7), abstract), which goes with
     * the descriptor that has it: no file is left behind by whoever is killed meanwhile.
     */
    private record Starting(UnixSocket lock, boolean isAlone) implements AutoCloseable {

        static Starting at(Path path) throws IOException {
            UUID name = UUID.nameUUIDFromBytes(realName(path).toString().getBytes(StandardCharsets.UTF_8));
            UnixSocket lock = UnixSocket.open();
            try {
                lock.bind(new DomainSocketAddress("\0tandem-" + name));
                return new Starting(lock, true);
            } catch (IOException e) {
                if (Errno.of(e) != Errno.EADDRINUSE) {
                    lock.close();
                    throw e;
                }
                return new Starting(lock, false);
            }
        }

        /** The one name that it has by whatever links it was named. */
        private static Path realName(Path path) throws IOException {
            Path absolute = path.toAbsolutePath();
            Path directory = absolute.getParent();
            return directory != null && Files.exists(directory)
                    ? directory.toRealPath().resolve(absolute.getFileName())
                    : absolute;
        }

        @Override
        public void close() {
            ListeningSocket.closeQuietly(lock);
        }
    }
}
