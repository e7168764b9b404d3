package dev.tandem.server;

import dev.tandem.transport.InheritedSocket;
import dev.tandem.transport.TransportException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The listening sockets with which systemd, or who does the same, has started this process (sd_listen_fds(3)). */
final class SocketActivation {

    private static final int FIRST = 3;
    private static final int SOCKETS_MAX = 1000;

    private SocketActivation() {}

    static List<InheritedSocket> sockets() throws TransportException {
        return sockets(System::getenv, ProcessHandle.current().pid());
    }

    /** The sockets that these variables promise to the process of this number. */
    static List<InheritedSocket> sockets(UnaryOperator<String> environment, long pid) throws TransportException {
        String count = environment.apply("LISTEN_FDS");
        String owner = environment.apply("LISTEN_PID");
        if (count == null || owner == null) {
            throw none("LISTEN_FDS and LISTEN_PID are not set. Start this process by a socket unit of systemd.");
        }
        if (!owner.equals(Long.toString(pid))) {
            // Somebody between systemd and us did not become us, but has started us.
            throw none("LISTEN_PID is " + shown(owner) + ", and this is process " + pid
                    + ". Let the unit's ExecStart become this process, with exec in a script.");
        }
        if (!count.matches("[1-9]\\d{0,3}") || Integer.parseInt(count) > SOCKETS_MAX) {
            throw none("LISTEN_FDS must be from 1 to " + SOCKETS_MAX + ", but was " + shown(count) + ".");
        }
        return IntStream.range(FIRST, FIRST + Integer.parseInt(count))
                .mapToObj(InheritedSocket::new)
                .toList();
    }

    private static String shown(String value) {
        return "'" + value.replaceAll("[^ -~]", "?") + "'";
    }

    private static TransportException none(String why) {
        return new TransportException("listen on inherited sockets", "ENOENT", why);
    }
}
