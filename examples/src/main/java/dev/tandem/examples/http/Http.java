package dev.tandem.examples.http;

import dev.tandem.examples.ExampleServer;
import dev.tandem.netty.NettyPipeline;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.transport.TransportException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves a page over HTTP/1.1, and a WebSocket that the page talks to, with Netty's handlers. */
@Command(
        name = "http",
        description = "Serves a page over HTTP/1.1, and on /echo a WebSocket that sends back every message.")
public final class Http implements Callable<Integer> {

    @Mixin
    private ExampleServer server = new ExampleServer();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Override
    public Integer call() throws TransportException {
        return server.run("http", port, describe(TcpServer.builder()), "http/1.1");
    }

    /** Lets a server speak HTTP. */
    public static TcpServerBuilder describe(TcpServerBuilder builder) {
        return builder.handlerPerConnection(NettyPipeline.of(new HttpInitializer()));
    }
}
