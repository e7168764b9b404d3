package dev.tandem.transport.epoll;

import dev.tandem.testkit.TransportContract;

class EpollTransportContractTest extends TransportContract {

    EpollTransportContractTest() {
        super("epoll");
    }
}
