package dev.tandem.transport.iouring;

import dev.tandem.testkit.TransportContract;
import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import org.junit.jupiter.api.Tag;

/** The contract holds also when each queue overflows and buffers run out all the time.
 *
 * <p>Among the long tests only, because one rule does not hold reliably yet with rings as small as these: that of a listener
 * which closes while clients connect.
 */
@Tag("long")
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
