package dev.tandem.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Peers that send as fast as they can until this is closed. */
final class Flood implements AutoCloseable {

    private final List<Peer> peers = new ArrayList<>();
    private final List<Thread> senders = new ArrayList<>();

    Flood(Server server, int peerCount) throws IOException {
        byte[] bytes = new byte[256 * 1024];
        int connected = server.acceptedCount();
        for (int i = 0; i < peerCount; i++) {
            Peer peer = server.connect();
            peers.add(peer);
            senders.add(new Thread(() -> flood(peer, bytes), "flood-" + i));
        }
        senders.forEach(Thread::start);
        server.awaitAccepted(connected + peerCount);
        Await.until(
                "the flood arrives",
                () -> server.accepted().stream().skip(connected).allMatch(witness -> witness.received() > 0));
    }

    private static void flood(Peer peer, byte[] bytes) {
        try {
            while (true) {
                peer.send(bytes);
            }
        } catch (IOException closed) {
            // The flood is over.
        }
    }

    /** Whether every peer is still sending. */
    boolean isGoingOn() {
        return senders.stream().allMatch(Thread::isAlive);
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
        Await.until("the flood ends", () -> senders.stream().noneMatch(Thread::isAlive));
    }
}
