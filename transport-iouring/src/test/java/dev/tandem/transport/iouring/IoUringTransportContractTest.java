package dev.tandem.transport.iouring;

import dev.tandem.testkit.TransportContract;

class IoUringTransportContractTest extends TransportContract {

    IoUringTransportContractTest() {
        super("io_uring");
    }
}
