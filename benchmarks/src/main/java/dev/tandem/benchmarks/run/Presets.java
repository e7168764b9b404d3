package dev.tandem.benchmarks.run;

import java.util.List;
import java.util.stream.Stream;

/** What is measured when nothing is named. */
public final class Presets {

    /** Enough to answer "which server model on this host?" in five minutes. */
    public static final List<String> QUICK_WORKLOADS =
            List.of("pingpong-c50-64b", "frames-c50-64b-d64", "pingpong-c1-64b");

    /** The servers a user would choose from, and the two references. */
    public static final List<String> QUICK_CONTENDERS = List.of(
            "tandem-epoll",
            "tandem-iouring",
            "netty-epoll",
            "netty-iouring-ring",
            "vertx",
            "reactor-netty",
            "blocking-platform",
            "blocking-virtual",
            "c-epoll",
            "c-iouring");

    private Presets() {}

    /** The full matrix. */
    public static List<String> matrix() {
        Stream<String> pingPong = Stream.of(1, 16, 50, 256, 1000)
                .flatMap(connections -> Stream.of("64b", "1024b").map(size -> "pingpong-c" + connections + "-" + size));
        Stream<String> others = Stream.of(
                "frames-c50-64b-d1",
                "frames-c50-64b-d16",
                "frames-c50-64b-d64",
                "frames-c50-16b-d64",
                "stream-c8-64k",
                "churn-c50-64b",
                "idle-c64-64b-i10000",
                "slow-c50-1024b-s10",
                "memory-c10000",
                "rate-c50-64b-p30",
                "rate-c50-64b-p50",
                "rate-c50-64b-p70",
                "rate-c50-64b-p85");
        return Stream.concat(pingPong, others).toList();
    }
}
