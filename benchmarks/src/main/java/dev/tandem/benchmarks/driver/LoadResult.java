package dev.tandem.benchmarks.driver;

import dev.tandem.benchmarks.host.ProcessUsage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** The result line: {@code key=value} pairs, with the keys of the C driver. */
final class LoadResult {

    /** Above this share of one CPU the driver was the limit, not the server. */
    private static final double CLIENT_BOUND_PERCENT = 95;

    private static final double RATE_ACHIEVED_SHARE = 0.99;

    private final Map<String, String> values = new LinkedHashMap<>();

    private LoadResult() {}

    static LoadResult of(Load load, Snapshot before, Snapshot after) {
        LoadResult result = new LoadResult();
        LoadOptions options = load.options();
        double nanos = after.nanos() - before.nanos();
        double messages = after.messages() - before.messages();
        result.put("mode", options.mode().label());
        result.put("engine", "nio");
        result.put("conns", options.connections());
        result.put("size", options.sizeBytes());
        result.put("depth", options.depth());
        result.put("messages", (long) messages);
        result.put("bytes", after.bytes() - before.bytes());
        // In three digits a slice of 25 ms would be 2 % too long or too short.
        result.put("seconds", String.format(Locale.ROOT, "%.6f", nanos / 1e9));
        result.put("msgs_per_s", messages / nanos * 1e9);
        result.put("bytes_per_s", (after.bytes() - before.bytes()) / nanos * 1e9);
        result.putDriver(load, after.driverCpuNanos() - before.driverCpuNanos(), nanos, messages);
        result.putLatencies(load.latencies());
        result.put("errors", 0);
        return result;
    }

    static LoadResult failed(LoadOptions.Mode mode, String reason) {
        LoadResult result = new LoadResult();
        result.put("mode", mode.label());
        result.put("errors", 1);
        result.put("reason", reason.replace(' ', '_'));
        return result;
    }

    /** Of no load at all. */
    static LoadResult none(LoadOptions.Mode mode) {
        LoadResult result = new LoadResult();
        result.put("mode", mode.label());
        result.put("errors", 0);
        return result;
    }

    boolean isFailure() {
        return !values.get("errors").equals("0");
    }

    /** Adds what the server used for all messages between two times at which it rested. */
    LoadResult withServer(Snapshot before, Snapshot after) {
        put("all_messages", after.messages() - before.messages());
        if (!after.server().threads().isEmpty()) {
            double messages = after.messages() - before.messages();
            putServer(after.server().since(before.server()), after.nanos() - before.nanos(), messages, after.server());
        }
        return this;
    }

    private void putServer(ProcessUsage.Delta used, double nanos, double messages, ProcessUsage server) {
        put("server_cpu_ns_per_msg", used.cpuNanos() / Math.max(1, messages));
        put("server_loop_cpu_ns_per_msg", used.busiestCpuNanos() / Math.max(1, messages));
        put("server_cpu_pct", 100 * used.cpuNanos() / nanos);
        put("server_loop_run_delay_pct", 100 * used.busiestWaitedNanos() / nanos);
        put("server_voluntary_switches", used.voluntarySwitches());
        put("server_involuntary_switches", used.involuntarySwitches());
        put("server_rss_kib", server.residentBytes() >> 10);
    }

    private void putDriver(Load load, double cpuNanos, double nanos, double messages) {
        LoadOptions options = load.options();
        boolean paced = options.mode() == LoadOptions.Mode.RATE;
        put("driver_cpu_ns", cpuNanos);
        put("driver_cpu_ns_per_msg", messages == 0 ? 0 : cpuNanos / messages);
        put("driver_cpu_pct", 100 * cpuNanos / nanos);
        put("client_bound", !options.spin() && !paced && 100 * cpuNanos / nanos > CLIENT_BOUND_PERCENT ? 1 : 0);
        if (paced) {
            double achieved = messages / nanos * 1e9;
            put("rate", load.ratePerSecond());
            put("rate_achieved", achieved >= RATE_ACHIEVED_SHARE * load.ratePerSecond() ? 1 : 0);
        }
    }

    private void putLatencies(Histogram latencies) {
        putMicros("p50_us", latencies.getValueAtPercentile(50));
        putMicros("p90_us", latencies.getValueAtPercentile(90));
        putMicros("p99_us", latencies.getValueAtPercentile(99));
        putMicros("p999_us", latencies.getValueAtPercentile(99.9));
        putMicros("p9999_us", latencies.getValueAtPercentile(99.99));
        putMicros("max_us", latencies.getMaxValue());
        ByteBuffer encoded = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        int length = latencies.encodeIntoCompressedByteBuffer(encoded);
        put("histogram", Base64.getEncoder().encodeToString(Arrays.copyOf(encoded.array(), length)));
    }

    private void putMicros(String key, long nanos) {
        put(key, nanos / 1e3);
    }

    private void put(String key, String value) {
        values.put(key, value);
    }

    private void put(String key, long value) {
        values.put(key, Long.toString(value));
    }

    private void put(String key, double value) {
        values.put(key, String.format(Locale.ROOT, "%.3f", value));
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
