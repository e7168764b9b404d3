package dev.tandem.transport.epoll;

import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.linux.LoanBuffer;
import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;

/** The one buffer of a loop into which all its sockets receive. An idle connection therefore holds none. */
final class ReceiveBuffer {

    private final CleanableDirectBuffer memory;
    private final LoanBuffer loans;

    ReceiveBuffer(TransportConfig config) {
        memory = Buffer.allocateDirectBufferWithNativeOrder(config.receiveBytes());
        loans = new LoanBuffer(memory.buffer(), config.poisonLoans());
    }

    LoanBuffer loans() {
        return loans;
    }

    void free() {
        loans.revoke();
        memory.clean();
    }
}
