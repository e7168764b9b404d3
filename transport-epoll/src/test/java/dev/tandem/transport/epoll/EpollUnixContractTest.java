package dev.tandem.transport.epoll;

import dev.tandem.testkit.Family;
import dev.tandem.testkit.TransportContract;

/** The contract holds also for Unix domain sockets. */
class EpollUnixContractTest extends TransportContract {

    EpollUnixContractTest() {
        super("epoll", Family.UNIX);
    }

    /** As over TCP. */
    @Override
    protected boolean sendsWithoutSignal() {
        return false;
    }
}
