package dev.tandem.testkit;

import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import java.util.function.Function;

/**
 * What the contract is run with.
 *
 * @param engine opens the transport
 * @param family the kind of sockets
 */
record Subject(Function<TransportConfig, Transport> engine, Family family) {}
