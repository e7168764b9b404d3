package dev.tandem.endtoend;

import dev.tandem.transport.Transport;
import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.TransportLoops;
import io.netty.channel.IoEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Starts and ends event loops, in a process of its own because what goes wrong there ends a JVM: {@code <transport> <loops>}. */
final class ChildLoops {

    private static final int AT_A_TIME = 8;

    private ChildLoops() {}

    public static void main(String[] arguments) throws Exception {
        Transport transport = Providers.named(arguments[0]).open(TransportConfig.DEFAULT);
        int loops = Integer.parseInt(arguments[1]);
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < AT_A_TIME; i++) {
            running.add(threads.submit(() -> startAndEnd(transport, loops / AT_A_TIME)));
        }
        threads.shutdown();
        for (Future<?> each : running) {
            each.get();
        }
        System.out.println("ended " + loops + " loops");
    }

    private static Void startAndEnd(Transport transport, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            TransportLoops group = new TransportLoops(1, Thread::new, transport);
            IoEventLoop loop = group.next();
            loop.submit(() -> {}).get();
            // Wake-ups are on their way when it ends. Two of them find most.
            loop.execute(() -> {});
            loop.execute(() -> {});
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
        return null;
    }
}
