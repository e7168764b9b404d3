/** Connections, framing and servers above one transport boundary. */
// The two transports that see dev.tandem.transport.linux are built after this module and cannot be found here.
@SuppressWarnings("module")
module dev.tandem.core {
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.unix.common;
    requires org.slf4j;

    exports dev.tandem.transport;
    exports dev.tandem.connection;
    exports dev.tandem.codec;
    exports dev.tandem.server;
    exports dev.tandem.transport.linux to
            dev.tandem.transport.epoll,
            dev.tandem.transport.iouring;

    uses dev.tandem.transport.TransportProvider;
}
