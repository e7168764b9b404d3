package dev.tandem.transport.iouring;

import dev.tandem.testkit.TransportContract;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;

/** The contract holds also on kernels that complete each accept and each receive once only. */
class IoUringSingleShotContractTest extends TransportContract {

    private static final RingFeatures SINGLE_SHOT = new RingFeatures(false, false, true);

    IoUringSingleShotContractTest() {
        super(IoUringTransportProvider.NAME);
    }

    @Override
    protected Transport open(TransportConfig config) {
        return new IoUringTransport(config, RingConfig.DEFAULT, SINGLE_SHOT);
    }
}
