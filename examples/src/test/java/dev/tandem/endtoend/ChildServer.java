package dev.tandem.endtoend;

import dev.tandem.codec.LengthPrefixed;
import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.message.Session;
import dev.tandem.proxyprotocol.ProxyProtocol;
import dev.tandem.server.ServerLimits;
import dev.tandem.server.TcpServer;
import dev.tandem.server.TcpServerBuilder;
import dev.tandem.server.TransportChoice;
import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What tests run in a process of its own where the examples do not do: {@code <transport> <what> [<port>]}. */
final class ChildServer {

    /** Of the server that stops itself. */
    private static final long DRAIN_MILLIS = 300;

    private ChildServer() {}

    public static void main(String[] arguments) throws Exception {
        TcpServerBuilder builder = TcpServer.builder().loops(2).transport(TransportChoice.require(arguments[0]));
        switch (arguments[1]) {
            case "inherited" -> builder.listenInherited();
            case "behind-proxy" -> builder.listen(Integer.parseInt(arguments[2]), ProxyProtocol.from("127.0.0.1"));
            default -> builder.listen(0);
        }
        switch (arguments[1]) {
            // Nothing but the descriptors limits it.
            case "unlimited-echo" ->
                builder.limits(limits -> limits.withConnections(ServerLimits.UNLIMITED))
                        .handler((connection, in) -> connection.write(in));
            case "inherited", "behind-proxy" -> builder.handlerPerConnection(FirstAnswered::new);
            case "ledger" -> builder.handlerPerConnection(Ledger::new);
            case "ledger-later" -> builder.handlerPerConnection(Ledger.Later::new);
            case "stubborn" ->
                builder.limits(limits -> limits.withDrain(Duration.ofMinutes(5)))
                        .handler(new Stubborn());
            case "stopping" ->
                builder.limits(limits -> limits.withDrain(Duration.ofMillis(DRAIN_MILLIS)))
                        .handler(new Stopping());
            case "frames" ->
                builder.serve(
                        LengthPrefixed.int32()
                                .maxFrame(1 << 20)
                                .codec(body -> body, (body, out) -> out.writeBytes(body)),
                        (Session<ByteBuf> session, ByteBuf body) -> body);
            case "generous" -> generous(builder).handler(new Generous());
            case "generous-in-pieces" -> generous(builder).handlerPerConnection(Generous.InPieces::new);
            default -> throw new IllegalArgumentException(arguments[1]);
        }
        MemoryWatch memory = new MemoryWatch();
        int exitCode = builder.run(server -> System.out.println(
                "child listening on " + server.addresses().get(0).toString().replaceFirst("^.*?/127", "127")
                        + " transport=" + server.transport().name() + " loops=" + server.loopCount()));
        System.out.println(memory);
        System.exit(exitCode);
    }

    private static TcpServerBuilder generous(TcpServerBuilder builder) {
        return builder.connectionLimits(limits -> limits.withOutbound(limits.outboundPauseBytes(), 16 << 20))
                .limits(limits -> limits.withDrain(Duration.ofSeconds(2)));
    }

    /** The direct memory of this process, looked at every millisecond. */
    private static final class MemoryWatch extends Thread {

        private final long atTheStart = usedBytes();
        private volatile long atMost = atTheStart;

        MemoryWatch() {
            setDaemon(true);
            start();
        }

        /** The JDK counts what Netty allocates with it, and does not know of what Netty allocates by itself: never the sum. */
        private static long usedBytes() {
            long jdk = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
            return Math.max(jdk, PlatformDependent.usedDirectMemory());
        }

        @Override
        public void run() {
            while (true) {
                atMost = Math.max(atMost, usedBytes());
                LockSupport.parkNanos(1_000_000);
            }
        }

        @Override
        public String toString() {
            return "direct memory at the start " + atTheStart + ", at most " + atMost;
        }
    }

    /** Echoes, and does not end when it is asked to. */
    private static final class Stubborn implements ConnectionHandler {

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onDrain(Connection connection) {
            connection.write("no".getBytes());
        }
    }

    /** Echoes, and stops the process, as a debugger does or a host that stands still, when its drain is at the deadline. */
    private static final class Stopping implements ConnectionHandler {

        Stopping() throws Exception {
            // The first process that a JVM starts takes much longer than others.
            kill("-0");
        }

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            connection.write(in);
        }

        @Override
        public void onDrain(Connection connection) {
            connection.close(CloseReason.DRAINED);
            // At once, because a loop that is late for this would be late for a timer, but not for the deadline.
            connection.loop().submit(Stopping::stop);
        }

        /** Holds the loop, but not for long, beyond the deadline, which began before this, and beyond the stop. */
        private static Void stop() throws Exception {
            Thread.sleep(DRAIN_MILLIS);
            kill("-STOP");
            Thread.sleep(20);
            return null;
        }

        private static void kill(String signal) throws Exception {
            String pid = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", signal, pid).start().waitFor();
        }
    }

    /**
     * Echoes, or says who asks; and when the server drains, who has just come and not asked anything yet is still answered
     * once.
     */
    private static final class FirstAnswered implements ConnectionHandler {

        private boolean answered;
        private boolean draining;

        @Override
        public void onBytes(Connection connection, ByteBuf in) {
            if (in.toString(StandardCharsets.US_ASCII).equals("who\n")) {
                in.skipBytes(in.readableBytes());
                connection.write(whoAsks(connection).getBytes(StandardCharsets.US_ASCII));
            } else {
                connection.write(in);
            }
            answered = true;
            if (draining) {
                connection.close(CloseReason.DRAINED);
            }
        }

        @Override
        public void onDrain(Connection connection) {
            draining = true;
            if (answered) {
                connection.close(CloseReason.DRAINED);
            }
        }

        private static String whoAsks(Connection connection) {
            InetSocketAddress client = (InetSocketAddress) connection.remoteAddress();
            InetSocketAddress proxy =
                    (InetSocketAddress) connection.proxyAddress().orElseThrow();
            return client.getAddress().getHostAddress() + ":" + client.getPort() + " through "
                    + proxy.getAddress().getHostAddress() + "\n";
        }
    }
}
