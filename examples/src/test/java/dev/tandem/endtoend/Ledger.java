package dev.tandem.endtoend;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/**
 * Answers requests of a client's number and a running number, eight bytes in all, with themselves, and prints at the end how
 * many it has taken up. A client can then tell whether it has lost an answer.
 */
class Ledger implements ConnectionHandler {

    private int client = -1;
    private int dispatched;

    @Override
    public void onBytes(Connection connection, ByteBuf in) {
        while (in.readableBytes() >= 8) {
            client = in.readInt();
            int number = in.readInt();
            if (number != dispatched) {
                throw new IllegalStateException("Request " + dispatched + " came as " + number + ".");
            }
            dispatched++;
            answer(connection, client, number);
        }
    }

    void answer(Connection connection, int client, int number) {
        connection.write(number, (same, out) -> out.writeInt(client).writeInt(same));
    }

    @Override
    public void onClosed(Connection connection, CloseReason why) {
        System.out.println("ledger " + client + " " + dispatched + " " + why);
    }

    /** Answers a little later, and at the end of the server what it owes. */
    static final class Later extends Ledger {

        private int owed;
        private boolean draining;

        @Override
        void answer(Connection connection, int client, int number) {
            owed++;
            connection.loop().schedule(() -> pay(connection, client, number), 1 + number % 3, TimeUnit.MILLISECONDS);
        }

        private void pay(Connection connection, int client, int number) {
            super.answer(connection, client, number);
            owed--;
            closeIfPaid(connection);
        }

        @Override
        public void onDrain(Connection connection) {
            draining = true;
            connection.pauseReading();
            closeIfPaid(connection);
        }

        private void closeIfPaid(Connection connection) {
            if (draining && owed == 0) {
                connection.close(CloseReason.DRAINED);
            }
        }
    }
}
