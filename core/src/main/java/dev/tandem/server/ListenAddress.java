package dev.tandem.server;

import dev.tandem.layer.SocketLayer;
import java.net.SocketAddress;
import java.util.List;

/** Where a server listens, and what is between the sockets accepted there and their connections, the lowest first. */
record ListenAddress(SocketAddress address, List<SocketLayer> layers) {}
