package dev.tandem.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.connection.CloseReason;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TransportChoice;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames come back as they were. */
@Timeout(60)
class FramesTest {

    private static TcpServer start(String transport) throws IOException {
        return new Frames()
                .describe()
                .transport(TransportChoice.require(transport))
                .listen(0)
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void framesOfAllSizesComeBack(String transport) throws IOException {
        Random random = new Random(1);
        try (TcpServer server = start(transport);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int size : new int[] {0, 1, 100, 65_536, 1 << 20}) {
                byte[] body = new byte[size];
                random.nextBytes(body);
                out.writeInt(size);
                out.write(body);

                assertThat(in.readInt()).isEqualTo(size);
                assertThat(in.readNBytes(size)).isEqualTo(body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void aLargerFrameIsRefused(String transport) throws IOException {
        try (TcpServer server = start(transport);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            new DataOutputStream(socket.getOutputStream()).writeInt((1 << 20) + 1);

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.shutdownOutput();
            server.drain();
            assertThat(server.closeReasons()).containsOnlyKeys(CloseReason.FRAME_TOO_LARGE);
        }
    }
}
