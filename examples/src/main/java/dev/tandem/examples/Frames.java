package dev.tandem.examples;

import dev.tandem.codec.Codec;
import dev.tandem.codec.LengthPrefixed;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends back every frame that arrives: four bytes of length, most significant first, and so many bytes of body. */
@Command(name = "frames", description = "Sends back every frame: a length of 4 bytes, big-endian, and that many bytes.")
final class Frames implements Callable<Integer> {

    private static final int FRAME_BYTES_MAX = 1 << 20;

    // The message is the body itself, where it lies in the received bytes: it is copied once, into what is sent.
    private static final Codec<ByteBuf, ByteBuf> CODEC =
            LengthPrefixed.int32().maxFrame(FRAME_BYTES_MAX).codec(body -> body, (body, out) -> out.writeBytes(body));

    @Mixin
    private ExampleServer server = new ExampleServer();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 9001;

    @Override
    public Integer call() throws TransportException {
        return server.run("frames", port, describe());
    }

    TcpServerBuilder describe() {
        return TcpServer.builder().serve(CODEC, (session, body) -> body);
    }
}
