package dev.tandem.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The kind of sockets that the contract is run with. */
public enum Family {

    /** TCP on the loopback address. */
    TCP {
        @Override
        SocketAddress newAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        }
    },

    /** Unix domain sockets, which know no reset and no connection that is only half made. */
    UNIX {
        @Override
        SocketAddress newAddress() {
            return UnixDomainSocketAddress.of(newPath());
        }
    };

    private static final AtomicInteger PATHS = new AtomicInteger();

    /** Where a listener may listen: nobody does. */
    abstract SocketAddress newAddress();

    /** A path at which there is nothing. */
    static Path newPath() {
        return Directory.PATH.resolve("socket-" + PATHS.incrementAndGet());
    }

    /** Made when it is first needed, and removed when the tests have ended. */
    private static final class Directory {

        private static final Path PATH = make();

        private static Path make() {
            try {
                Path made = Files.createTempDirectory("tandem-");
                made.toFile().deleteOnExit();
                return made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
