package dev.tandem.transport.iouring;

import dev.tandem.testkit.Family;
import dev.tandem.testkit.TransportContract;

/** The contract holds also for Unix domain sockets. */
class IoUringUnixContractTest extends TransportContract {

    IoUringUnixContractTest() {
        super("io_uring", Family.UNIX);
    }
}
