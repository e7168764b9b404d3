package dev.tandem.client;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the addresses of a name with the system's resolver. That blocks, for seconds when a name server is down, so a few
 * threads do nothing else; they end when there is nothing to look up. More look-ups than threads wait for each other.
 */
final class NameLookup {

    private static final int THREADS = 4;
    private static final int WAITING_MAX = 10_000;

    private static final ThreadPoolExecutor RESOLVERS = new ThreadPoolExecutor(
            THREADS, THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_MAX), NameLookup::newThread);

    static {
        RESOLVERS.allowCoreThreadTimeOut(true);
    }

    private NameLookup() {}

    private static Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "tandem-resolver");
        thread.setDaemon(true);
        return thread;
    }

    /** The addresses to try, in the order to try them. Complete at once if there is nothing to look up. */
    static CompletableFuture<List<SocketAddress>> of(SocketAddress address) {
        if (!(address instanceof InetSocketAddress named) || !named.isUnresolved()) {
            return CompletableFuture.completedFuture(List.of(address));
        }
        String host = named.getHostString();
        try {
            if (NetUtil.createByteArrayFromIpAddressString(host) != null) {
                // It is no name, so nobody is asked; but it may have a zone, which is not in its bytes.
                SocketAddress known = new InetSocketAddress(InetAddress.getByName(host), named.getPort());
                return CompletableFuture.completedFuture(List.of(known));
            }
            CompletableFuture<List<SocketAddress>> found = new CompletableFuture<>();
            RESOLVERS.execute(() -> lookUp(named, found));
            return found;
        } catch (UnknownHostException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void lookUp(InetSocketAddress named, CompletableFuture<List<SocketAddress>> found) {
        if (found.isDone()) {
            // Given up while it waited for a thread.
            return;
        }
        try {
            List<SocketAddress> addresses = new ArrayList<>();
            for (InetAddress each : InetAddress.getAllByName(named.getHostString())) {
                addresses.add(new InetSocketAddress(each, named.getPort()));
            }
            found.complete(addresses);
        } catch (UnknownHostException | RuntimeException e) {
            found.completeExceptionally(e);
        }
    }
}
