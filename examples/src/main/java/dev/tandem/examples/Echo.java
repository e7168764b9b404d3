package dev.tandem.examples;

import dev.tandem.server.TcpServer;
import dev.tandem.transport.TransportException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends back every byte that arrives. */
@Command(name = "echo", description = "Sends back every byte that arrives.")
final class Echo implements Callable<Integer> {

    @Mixin
    private ExampleServer server = new ExampleServer();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 9000;

    @Override
    public Integer call() throws TransportException {
        return server.run("echo", port, TcpServer.builder().handler((connection, in) -> connection.write(in)));
    }
}
