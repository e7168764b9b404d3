package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.message.MessageService;
import dev.tandem.transport.ListenOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** What a builder described, with every constant replaced by a value. */
record ServerSettings(
        List<ListenAddress> addresses,
        ListenOptions listenOptions,
        ServerLimits limits,
        ConnectionLimits connectionLimits,
        int loops,
        Supplier<? extends ConnectionHandler> handlers,
        Optional<MessageService<?, ?>> service,
        BiConsumer<Connection, CloseReason> onClose) {}
