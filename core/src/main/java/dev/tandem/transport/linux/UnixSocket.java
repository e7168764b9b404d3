package dev.tandem.transport.linux;

import dev.tandem.transport.PeerCredentials;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Optional;

/** A descriptor of the family of Unix domain sockets (unix(7)). */
final class UnixSocket extends Socket {

    /** The 108 bytes of sun_path but for the one that ends the name (unix(7)). */
    private static final int PATH_BYTES_MAX = 107;

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int UCRED_BYTES = 12;

    UnixSocket(int descriptor) {
        super(descriptor);
    }

    /** A non-blocking socket. */
    static UnixSocket open() {
        return new UnixSocket(newSocketDomain0());
    }

    /** The name as Netty wants it; it would cut one that is too long in two. */
    static DomainSocketAddress nativeAddress(UnixDomainSocketAddress address) {
        return new DomainSocketAddress(address.getPath().toString());
    }

    /** Whether the kernel has room for the name. */
    static boolean fits(UnixDomainSocketAddress address) {
        return address.getPath().toString().getBytes(StandardCharsets.UTF_8).length <= PATH_BYTES_MAX;
    }

    /** Our address, whatever the family of the descriptor; null if the kernel does not know it. */
    static SocketAddress localAddressOf(Socket socket) {
        return socket instanceof UnixSocket unix ? address(unix.localDomainSocketAddress()) : socket.localAddress();
    }

    /** The peer's address, whatever the family of the descriptor; null if the kernel does not know it. */
    static SocketAddress remoteAddressOf(Socket socket) {
        return socket instanceof UnixSocket unix ? address(unix.remoteDomainSocketAddress()) : socket.remoteAddress();
    }

    /**
     * A client has no name as a rule, which is an empty path; so is what is no path or would spoil a log. A peer may be
     * called anything.
     */
    private static SocketAddress address(DomainSocketAddress known) {
        if (known == null) {
            return null;
        }
        try {
            boolean isReadable = known.path().chars().noneMatch(Character::isISOControl);
            return UnixDomainSocketAddress.of(isReadable ? known.path() : "");
        } catch (InvalidPathException nameOfAnotherKind) {
            return UnixDomainSocketAddress.of("");
        }
    }

    /** Who is at the other end; empty if the descriptor is of another family. */
    static Optional<PeerCredentials> peerCredentialsOf(Socket socket) {
        if (!(socket instanceof UnixSocket)) {
            return Optional.empty();
        }
        ByteBuffer ucred = ByteBuffer.allocate(UCRED_BYTES).order(ByteOrder.nativeOrder());
        try {
            socket.getRawOpt(SOL_SOCKET, SO_PEERCRED, ucred);
        } catch (IOException closed) {
            return Optional.empty();
        }
        return Optional.of(new PeerCredentials(
                ucred.getInt(0), Integer.toUnsignedLong(ucred.getInt(4)), Integer.toUnsignedLong(ucred.getInt(8))));
    }
}
