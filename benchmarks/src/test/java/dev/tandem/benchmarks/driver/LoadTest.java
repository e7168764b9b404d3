package dev.tandem.benchmarks.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {

    private ServerSocket listener;

    /** What a server does with the bytes of one receive. */
    private interface Reply {
        void write(byte[] received, int count, long before, OutputStream out) throws IOException;
    }

    @AfterEach
    void closeListener() throws IOException {
        if (listener != null) {
            listener.close();
        }
    }

    @Test
    void aHostWithoutAnAddressIsRefusedByItsName() {
        assertThatThrownBy(() -> LoadOptions.parse(List.of("--host", "no.such.host.invalid", "--port", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    private void serve(Reply reply) throws IOException {
        listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(() -> {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    Thread connection = new Thread(() -> serve(socket, reply));
                    connection.setDaemon(true);
                    connection.start();
                }
            } catch (IOException e) {
                // The test has ended.
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private static void serve(Socket socket, Reply reply) {
        byte[] buffer = new byte[8192];
        long total = 0;
        try (socket;
                InputStream in = socket.getInputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                reply.write(buffer, count, total, socket.getOutputStream());
                total += count;
            }
        } catch (IOException e) {
            // The driver has left.
        }
    }

    private Load load(String options) throws IOException {
        return new Load(LoadOptions.parse(List.of(("--port " + listener.getLocalPort() + " " + options).split(" "))));
    }

    private void run(String options, long messages) throws IOException {
        try (Load load = load(options)) {
            load.open();
            load.begin();
            load.runUntil(() -> load.messages() >= messages);
            load.drain();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--mode echo --conns 3 --size 100",
                "--mode echo --conns 2 --size 1000 --depth 8",
                "--mode frames --conns 3 --size 10 --depth 16",
                "--mode stream --conns 2 --size 65536",
                "--mode churn --conns 4",
                "--mode rate --conns 3 --rate 20000",
                "--mode slow --conns 4 --slow 2 --window 200000",
            })
    void everyShapeOfLoadIsAnsweredByAnEcho(String options) throws IOException {
        serve((received, count, before, out) -> out.write(received, 0, count));

        run(options, 200);
    }

    @Test
    void oneWrongBitIsFound() throws IOException {
        serve((received, count, before, out) -> {
            if (before <= 5000 && before + count > 5000) {
                received[(int) (5000 - before)] ^= 1;
            }
            out.write(received, 0, count);
        });

        assertThatThrownBy(() -> run("--mode echo --conns 1 --size 100", 1000))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("Wrong byte: connection 0, reply byte 5000");
    }

    @Test
    void aDoubledByteIsFound() throws IOException {
        serve((received, count, before, out) -> {
            out.write(received, 0, count);
            out.write(received, 0, 1);
        });

        assertThatThrownBy(() -> run("--mode echo --conns 1 --size 100", 1000)).isInstanceOf(LoadException.class);
    }

    @Test
    void aServerThatClosesIsFound() throws IOException {
        serve((received, count, before, out) -> {
            throw new IOException("enough");
        });

        assertThatThrownBy(() -> run("--mode echo --conns 2", 10))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("Lost connection");
    }

    @Test
    void aServerThatHangsIsFound() throws IOException {
        serve((received, count, before, out) -> {});

        assertThatThrownBy(() -> run("--mode echo --conns 2 --timeout 1", 10))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("Time-out");
    }

    @Test
    void aNumberOutOfRangeIsRefusedWithItsRange() throws IOException {
        serve((received, count, before, out) -> {});

        assertThatThrownBy(() -> load("--conns 0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--conns must be from 1.0 to 1000000.0, but was 0.0.");
        assertThatThrownBy(() -> load("--sizes 3")).hasMessage("There is no option --sizes.");
    }

    /** Latency counts from the time a message was meant to leave, so a pause of the server is seen by all it delays. */
    @Test
    void aPauseOfTheServerIsSeenByEveryMessageItDelays() throws IOException {
        serve((received, count, before, out) -> {
            if (before <= 6400 && before + count > 6400) {
                sleep(100);
            }
            out.write(received, 0, count);
        });

        try (Load load = load("--mode rate --conns 1 --rate 1000")) {
            load.open();
            load.begin();
            load.startRecording();
            load.runUntil(() -> load.messages() >= 300);
            load.drain();
            assertThat(load.latencies().getCountBetweenValues(20_000_000, Long.MAX_VALUE))
                    .isGreaterThan(60);
        }
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
