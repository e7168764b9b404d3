package dev.tandem.client;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionLimits;
import dev.tandem.transport.ConnectOptions;
import java.util.function.BiConsumer;

/** What a builder described. */
record ClientSettings(
        ConnectOptions connectOptions,
        ConnectionLimits connectionLimits,
        long bufferedBytes,
        BiConsumer<Connection, CloseReason> onClose) {}
