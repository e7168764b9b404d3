package dev.tandem.server;

import dev.tandem.connection.ConnectionLimits;
import dev.tandem.connection.LoopConnections;
import java.time.Duration;

/** Every limit and default in force, for people to read. */
final class Description {

    private Description() {}

    static String of(TcpServer server, ServerSettings settings) {
        ServerLimits limits = settings.limits();
        ConnectionLimits each = settings.connectionLimits();
        return String.join(
                System.lineSeparator(),
                "addresses            " + server.addresses(),
                "transport            " + server.transport(),
                "loops                " + settings.loops(),
                "messages             "
                        + settings.service().map(Object::toString).orElse("bytes, no frames"),
                "connections          " + count(limits.connections()),
                "per remote address   " + count(limits.perAddress()),
                "accepts per second   " + count(limits.acceptsPerSecond()),
                "buffered bytes       " + bytes(limits.bufferedBytes()),
                "drain                " + duration(limits.drain()),
                "outbound pause       " + each.outboundPauseBytes() + " B",
                "outbound max         " + count(each.outboundMaxBytes()) + " B",
                "inbound max          " + count(each.inboundMaxBytes()) + " B",
                "idle                 " + duration(each.idle()),
                "first byte           " + duration(each.firstByte()),
                "unfinished frame     " + duration(each.frame()),
                "stalled write        " + duration(each.writeStall()),
                "linger               " + duration(each.linger()),
                "deadlines met within " + duration(LoopConnections.TICK),
                "backlog              " + settings.listenOptions().backlog(),
                "socket options       " + settings.listenOptions());
    }

    private static String bytes(long value) {
        return value == Long.MAX_VALUE ? "unlimited" : value + " B";
    }

    static String count(int value) {
        return value == ServerLimits.UNLIMITED ? "unlimited" : Integer.toString(value);
    }

    private static String duration(Duration value) {
        return value.compareTo(Duration.ofDays(365)) > 0 ? "never" : value.toMillis() + " ms";
    }
}
