package dev.tandem.transport.epoll;

import dev.tandem.testkit.TransportContract;

class EpollTransportContractTest extends TransportContract {

    EpollTransportContractTest() {
        super("epoll");
    }

    /** Netty's send takes no flags, and so no MSG_NOSIGNAL. */
    @Override
    protected boolean sendsWithoutSignal() {
        return false;
    }
}
