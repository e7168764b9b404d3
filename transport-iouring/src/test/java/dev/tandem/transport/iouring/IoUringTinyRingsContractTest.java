package dev.tandem.transport.iouring;

import dev.tandem.testkit.TransportContract;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;

/** The contract holds also when each queue overflows and buffers run out all the time. */
class IoUringTinyRingsContractTest extends TransportContract {

    private static final RingConfig TINY = new RingConfig(16, 16, 4);

    IoUringTinyRingsContractTest() {
        super(IoUringTransportProvider.NAME);
    }

    @Override
    protected Transport open(TransportConfig config) {
        return new IoUringTransportProvider().open(config, TINY);
    }
}
