package dev.tandem.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.layer.Relay;
import dev.tandem.transport.SocketEvents;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The waiting room at its end; the servers of the end-to-end tests fill it. */
class WaitingRoomTest {

    private final AtomicInteger refused = new AtomicInteger();
    private final SocketEvents inside = new Relay() {};

    @Test
    void aPlaceLeftAfterTheEndIsNobodys() {
        WaitingRoom room = new WaitingRoom(1, refused::incrementAndGet);
        assertThat(enter(room)).isSameAs(inside);
        room.close();
        room.onLeft();

        assertThat(enter(room)).isNull();
        assertThat(refused).hasValue(1);
        assertThat(room.inside()).isZero();
    }

    @Test
    void whoIsOnTheWayAtTheEndTakesAPlaceThatWasFree() {
        WaitingRoom room = new WaitingRoom(2, refused::incrementAndGet);
        enter(room);
        room.onLeft();
        enter(room);
        room.close();

        assertThat(enter(room)).isSameAs(inside);
        assertThat(room.inside()).isEqualTo(2);
        assertThat(refused).hasValue(0);
    }

    private SocketEvents enter(WaitingRoom room) {
        return room.enter(null, () -> inside, () -> {});
    }
}
