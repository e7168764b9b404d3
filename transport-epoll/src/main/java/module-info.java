/** The readiness engine: TCP on Linux through epoll. */
module dev.tandem.transport.epoll {
    requires dev.tandem.core;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.unix.common;
    requires io.netty.transport.classes.epoll;
    requires org.slf4j;

    provides dev.tandem.transport.TransportProvider with
            dev.tandem.transport.epoll.EpollTransportProvider;
}
