package dev.tandem.benchmarks.run;

import java.util.List;

/**
 * A server that can be measured: what it is, how it is set up, and who says that this is the way to set it up.
 *
 * @param name on the command line and in results
 * @param title for people
 * @param family decides its colour in reports
 * @param configuration how it is set up
 * @param source where that advice comes from
 */
public record Contender(String name, String title, Family family, String configuration, String source) {

    /** Kinds of server. */
    public enum Family {
        TANDEM,
        NETTY,
        FRAMEWORK,
        BLOCKING,
        JDK,
        C
    }

    private static final String OURS = "the Tandem defaults";

    private static final List<Contender> ALL = List.of(
            new Contender(
                    "tandem-epoll",
                    "Tandem epoll",
                    Family.TANDEM,
                    "Defaults; one loop. Raw: the echo example. Frames: serve() with a length-prefixed codec.",
                    OURS),
            new Contender(
                    "tandem-iouring",
                    "Tandem io_uring",
                    Family.TANDEM,
                    "Defaults; one loop. Raw: the echo example. Frames: serve() with a length-prefixed codec.",
                    OURS),
            new Contender(
                    "netty-epoll",
                    "Netty 4.2 epoll",
                    Family.NETTY,
                    "One loop, LengthFieldBasedFrameDecoder and LengthFieldPrepender, void promises, one flush in"
                            + " channelReadComplete, default (adaptive) allocator.",
                    "Netty user guide; Netty's TechEmpower entry (void promise, flush in channelReadComplete, leak"
                            + " detection and buffer checks off)"),
            new Contender(
                    "netty-iouring",
                    "Netty 4.2 io_uring",
                    Family.NETTY,
                    "The same on io_uring as it comes: multishot poll and accept, single receives, no buffer ring.",
                    "Netty 4.2 defaults"),
            new Contender(
                    "netty-iouring-ring",
                    "Netty 4.2 io_uring, buffer ring",
                    Family.NETTY,
                    "The same with a buffer ring of 256 x 16 KiB, fixed allocator, which turns multishot receive on.",
                    "There is no official recipe (netty issue 15311). Fixed allocator as in Netty's io_uring_bench"
                            + " branch; sizes were chosen by measuring"),
            new Contender(
                    "netty41-incubator",
                    "Netty 4.1 incubator io_uring",
                    Family.NETTY,
                    "The archived incubator transport 0.0.26 on Netty 4.1, the same handlers, receive buffers of 65,521"
                            + " bytes because it hangs when a receive fills its buffer exactly.",
                    "Its README; the receive size is a workaround found by this suite"),
            new Contender(
                    "vertx",
                    "Vert.x 5",
                    Family.FRAMEWORK,
                    "NetServer on its epoll transport, one verticle per loop. Raw: pipeTo. Frames: RecordParser, replies of"
                            + " one received buffer written at once.",
                    "Vert.x core manual: native transports, streams and pipes, record parser"),
            new Contender(
                    "reactor-netty",
                    "Reactor Netty",
                    Family.FRAMEWORK,
                    "TcpServer on epoll loops. Raw: the echo of its guide. Frames: Netty's frame handlers in front.",
                    "Reactor Netty reference guide; epoll because users report io_uring slower (reactor-netty issues 3833"
                            + " and 4253)"),
            new Contender(
                    "blocking-platform",
                    "Blocking, platform threads",
                    Family.BLOCKING,
                    "One thread per connection, 16 KiB buffers, all frames of one read answered with one write.",
                    "What JDK sockets can do: one read and one write per batch"),
            new Contender(
                    "blocking-naive",
                    "Blocking, flush per message",
                    Family.BLOCKING,
                    "One thread per connection, data streams over buffered streams, flush after each message.",
                    "The usual tutorial"),
            new Contender(
                    "blocking-virtual",
                    "Blocking, virtual threads",
                    Family.BLOCKING,
                    "As platform threads, on virtual ones.",
                    "JEP 444"),
            new Contender(
                    "nio-selector",
                    "JDK NIO selector",
                    Family.JDK,
                    "One thread, one shared direct buffer of 64 KiB, write at once, keep only what the socket refuses.",
                    "Selector.select(Consumer), which needs no key set"),
            new Contender(
                    "c-epoll",
                    "C epoll",
                    Family.C,
                    "Reference: one thread, receive and send at once. Does not look at frames.",
                    "benchmarks/src/main/c/echo_epoll.c"),
            new Contender(
                    "c-iouring",
                    "C io_uring",
                    Family.C,
                    "Reference: one thread, multishot accept and receive, buffer ring, fixed files. Does not look at"
                            + " frames.",
                    "benchmarks/src/main/c/echo_uring.c"));

    /** All of them, in the order of reports. */
    public static List<Contender> all() {
        return ALL;
    }

    /** The one of this name. */
    public static Contender named(String name) {
        return ALL.stream()
                .filter(contender -> contender.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no server " + name + ". The servers are "
                        + String.join(", ", ALL.stream().map(Contender::name).toList()) + "."));
    }

    boolean isC() {
        return family == Family.C;
    }

    boolean needsIoUring() {
        return name.contains("iouring") || name.contains("incubator");
    }

    boolean needsVirtualThreads() {
        return name.equals("blocking-virtual");
    }

    boolean needsThreadPerConnection() {
        return name.equals("blocking-platform") || name.equals("blocking-naive");
    }

    /** Without messages there is nothing to flush after. */
    boolean needsFrames() {
        return name.equals("blocking-naive");
    }

    boolean needsNetty41() {
        return name.equals("netty41-incubator");
    }
}
