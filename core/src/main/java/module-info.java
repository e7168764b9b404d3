/** Connections, framing and servers above one transport boundary. */
// The modules that see packages of their own are built after this module and cannot be found here.
@SuppressWarnings("module")
module dev.tandem.core {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive io.netty.transport.unix.common;
    requires org.slf4j;

    exports dev.tandem.transport;
    exports dev.tandem.connection;
    exports dev.tandem.layer;
    exports dev.tandem.codec;
    exports dev.tandem.message;
    exports dev.tandem.server;
    exports dev.tandem.client;
    exports dev.tandem.proxyprotocol;
    exports dev.tandem.log to
            dev.tandem.tls;
    exports dev.tandem.transport.linux to
            dev.tandem.transport.epoll,
            dev.tandem.transport.iouring;

    uses dev.tandem.transport.TransportProvider;
}
