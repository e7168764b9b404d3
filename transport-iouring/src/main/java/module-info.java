/** The completion engine: TCP on Linux through io_uring. */
module dev.tandem.transport.iouring {
    requires dev.tandem.core;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.unix.common;
    requires io.netty.transport.classes.io_uring;
    requires org.slf4j;

    provides dev.tandem.transport.TransportProvider with
            dev.tandem.transport.iouring.IoUringTransportProvider;
}
