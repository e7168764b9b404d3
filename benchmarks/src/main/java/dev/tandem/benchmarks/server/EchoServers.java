package dev.tandem.benchmarks.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The servers that this program can be, by name. A server's classes load only when it is chosen, which is why these are
 * lambdas: a constructor reference would load them here, and one server's class path lacks what the others need.
 */
final class EchoServers {

    private static final Map<String, Supplier<EchoServer>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("tandem-epoll", () -> new TandemServer("epoll"));
        BY_NAME.put("tandem-iouring", () -> new TandemServer("io_uring"));
        BY_NAME.put("tandem-epoll-records", () -> new TandemServer("epoll", TandemServer.Frames.RECORDS));
        BY_NAME.put("tandem-epoll-bytes", () -> new TandemServer("epoll", TandemServer.Frames.BYTES));
        BY_NAME.put("tandem-iouring-records", () -> new TandemServer("io_uring", TandemServer.Frames.RECORDS));
        BY_NAME.put("tandem-iouring-bytes", () -> new TandemServer("io_uring", TandemServer.Frames.BYTES));
        BY_NAME.put("blocking-platform", () -> new BlockingServer(BlockingServer.Threads.PLATFORM, false));
        BY_NAME.put("blocking-naive", () -> new BlockingServer(BlockingServer.Threads.PLATFORM, true));
        BY_NAME.put("blocking-virtual", () -> new BlockingServer(BlockingServer.Threads.VIRTUAL, false));
        BY_NAME.put("nio-selector", () -> new SelectorServer(SelectorServer.CORRUPT_NOTHING));
        BY_NAME.put("netty-epoll", () -> new NettyServer(NettyServer.Engine.EPOLL));
        BY_NAME.put("netty-iouring", () -> new NettyServer(NettyServer.Engine.IO_URING));
        BY_NAME.put("netty-iouring-ring", () -> new NettyServer(NettyServer.Engine.IO_URING_BUFFER_RING));
        BY_NAME.put("netty41-incubator", () -> new Netty41IncubatorServer());
        BY_NAME.put("vertx", () -> new VertxServer());
        BY_NAME.put("reactor-netty", () -> new ReactorNettyServer());
        BY_NAME.put("corrupting", () -> new SelectorServer(1_000_000));
    }

    private EchoServers() {}

    static Set<String> names() {
        return BY_NAME.keySet();
    }

    static EchoServer create(String name) {
        Supplier<EchoServer> supplier = BY_NAME.get(name);
        if (supplier == null) {
            throw new IllegalArgumentException(
                    "There is no server " + name + ". The servers are " + String.join(", ", names()) + ".");
        }
        return supplier.get();
    }
}
