package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.server.TcpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What peers that do not finish what they begin can make a server hold: as much as they have sent, and a bound. */
@OnBothTransportsWithEitherProvider
class TlsMemoryTest extends TlsEndToEnd {

    private static final int PEERS = 100;

    /** A record with the most that one may have. */
    private static final int ANNOUNCED = (1 << 14) + 256;

    private TcpServer server;

    private void startPatientEcho() throws IOException {
        server = startEcho(localhost().withHandshakeTimeout(Duration.ofMinutes(5)));
    }

    private static byte[] partOfRecord(int type, int bytes) {
        byte[] record = new byte[bytes];
        ByteBuffer.wrap(record).put((byte) type).put((byte) 3).put((byte) 3).putShort((short) ANNOUNCED);
        // A hello of 16 KiB, for the first record of a connection.
        record[5] = 1;
        record[7] = 0x3F;
        return record;
    }

    /** The memory of the pool that each peer holds when nothing changes any more. */
    private long pooledBytesPerPeer() {
        return awaitHalt(loops, "the memory of the pool", Duration.ofMillis(200), Resources::pooledBytes) / PEERS;
    }

    @Test
    void aHelloThatDoesNotComeWholeTakesWhatHasArrivedOfIt() throws Exception {
        startPatientEcho();
        byte[] beginning = partOfRecord(0x16, 1000);
        for (int i = 0; i < PEERS; i++) {
            connect(server).send(beginning);
        }
        Await.until("it has arrived", () -> Resources.pooledBytes() >= PEERS * 1000L);

        assertThat(pooledBytesPerPeer()).isBetween(1000L, 2048L);
    }

    @Test
    void anEstablishedConnectionKeepsOneIncompleteRecord() throws Exception {
        startPatientEcho();
        byte[] record = partOfRecord(0x17, ANNOUNCED + 4);
        for (int i = 0; i < PEERS; i++) {
            EnginePeer peer = closeAfterwards(new EnginePeer(new TlsClient(), server.port()));
            peer.handshake();
            for (int at = 0; at < record.length; at += 1000) {
                byte[] piece = java.util.Arrays.copyOfRange(record, at, Math.min(at + 1000, record.length));
                peer.below().send(piece);
            }
        }
        Await.until("it has arrived", () -> Resources.pooledBytes() >= PEERS * (long) record.length);

        // The size of a buffer is a power of two.
        assertThat(pooledBytesPerPeer()).isBetween((long) record.length, 32L << 10);
        Await.until("it is accounted for", () -> server.bufferedBytes() >= PEERS * (long) record.length);
        assertThat(server.bufferedBytes()).isLessThanOrEqualTo(PEERS * (32L << 10));
    }

    @Test
    void handshakesThatStallTakeTheMemoryOfTheirEngines() throws Exception {
        startPatientEcho();
        byte[] hello =
                closeAfterwards(new EnginePeer(new TlsClient(), server.port())).hello();
        long before = usedHeap();
        for (int i = 0; i < PEERS; i++) {
            Peer peer = connect(server).send(hello);
            assertThat(peer.receive(1)).containsExactly(0x16);
        }

        assertThat(pooledBytesPerPeer()).isLessThan(1024);
        assertThat((usedHeap() - before) / PEERS).isLessThan(100 << 10);
    }

    @Test
    void aHelloInManySmallRecordsTakesWhatHasArrivedOfIt() throws Exception {
        startPatientEcho();
        long before = usedHeap();
        byte[] record = new byte[5 + 16];
        ByteBuffer.wrap(record).put(HexFormat.of().parseHex("1603010010"));
        for (int i = 0; i < PEERS; i++) {
            // Its length does not stand in the first record.
            Peer peer = connect(server)
                    .send(HexFormat.of().parseHex("160301000101"))
                    .send(HexFormat.of().parseHex("1603010003003fff"));
            for (int sent = 0; sent < 500; sent++) {
                peer.send(record);
            }
        }

        assertThat(pooledBytesPerPeer()).isLessThan(32L << 10);
        assertThat((usedHeap() - before) / PEERS).isLessThan(100 << 10);
        assertThat(server.closeReasons()).doesNotContainKey(CloseReason.HANDLER_FAILED);
    }

    private static long usedHeap() {
        LongSupplier used =
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        System.gc();
        long once = used.getAsLong();
        System.gc();
        return Math.min(once, used.getAsLong());
    }
}
