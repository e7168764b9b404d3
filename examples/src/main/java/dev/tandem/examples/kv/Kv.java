package dev.tandem.examples.kv;

import dev.tandem.connection.ConnectionLimits;
import dev.tandem.examples.ExampleServer;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.transport.TransportException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An in-memory key-value server that Redis clients talk to. */
@Command(name = "kv", description = "An in-memory key-value server that speaks RESP2 and RESP3, as Redis does.")
public final class Kv implements Callable<Integer> {

    private static final int TICKS_PER_SECOND = 10;

    @Mixin
    private ExampleServer server = new ExampleServer(1);

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
    private int port = 6379;

    @Override
    public Integer call() throws TransportException {
        KvSettings settings = KvSettings.defaults();
        KvEngine engine = new KvEngine(settings, System::currentTimeMillis);
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(Kv::daemon);
        ticker.scheduleWithFixedDelay(engine::tick, 0, 1000 / TICKS_PER_SECOND, TimeUnit.MILLISECONDS);
        try {
            return server.run("kv", port, serving(engine));
        } finally {
            ticker.shutdownNow();
        }
    }

    /** A server for the clients of this engine, which lacks an address only. */
    static TcpServerBuilder serving(KvEngine engine) {
        return TcpServer.builder()
                .connectionLimits(limits -> limits(limits, engine.settings))
                .handlerPerConnection(() -> new KvConnection(engine));
    }

    /** A command is held whole, and clients keep idle connections in pools for as long as they like. */
    private static ConnectionLimits limits(ConnectionLimits limits, KvSettings settings) {
        int commandBytes = settings.limits().commandBytesMax();
        return limits.withInboundMax(commandBytes)
                .withOutbound(limits.outboundPauseBytes(), commandBytes)
                .withIdle(ConnectionLimits.NEVER);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "kv-ticker");
        thread.setDaemon(true);
        return thread;
    }
}
