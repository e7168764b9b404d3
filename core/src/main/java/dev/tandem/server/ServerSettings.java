package dev.tandem.server;

import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.transport.ListenOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/** What a builder described, with every constant replaced by a value. */
record ServerSettings(
        List<InetSocketAddress> addresses,
        ListenOptions listenOptions,
        ServerLimits limits,
        ConnectionLimits connectionLimits,
        int loops,
        Supplier<? extends ConnectionHandler> handlers) {}
