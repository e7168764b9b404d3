package dev.tandem.benchmarks.run;

import java.util.List;

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

    /** The full matrix, what matters most first, because a run may be cut off. */
    public static List<String> matrix() {
        return List.of(
                "pingpong-c50-64b",
                "frames-c50-64b-d64",
                "pingpong-c1-64b",
                "pingpong-c256-64b",
                "pingpong-c1000-64b",
                "pingpong-c16-64b",
                "frames-c50-64b-d16",
                "rate-c50-64b-p30",
                "rate-c50-64b-p50",
                "rate-c50-64b-p70",
                "rate-c50-64b-p85",
                "stream-c8-64k",
                "churn-c50-64b",
                "idle-c64-64b-i10000",
                "memory-c10000",
                "pingpong-c50-1024b",
                "pingpong-c1-1024b",
                "pingpong-c256-1024b",
                "pingpong-c1000-1024b",
                "pingpong-c16-1024b",
                "frames-c50-64b-d1");
    }
}
