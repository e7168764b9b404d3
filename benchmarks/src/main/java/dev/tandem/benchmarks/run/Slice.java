package dev.tandem.benchmarks.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A short load on one server, as its driver saw it.
 *
 * @param seconds that were measured
 * @param messages in that time
 * @param allMessages with those before and after that time: of the whole load
 * @param bytes that came back in that time
 * @param serverNanosPerMessage CPU time of the whole server
 * @param driverNanos CPU time of the driver
 * @param rateAchieved whether messages went as fast as they were meant to
 * @param micros latency percentiles in microseconds: 50, 90, 99, 99.9, 99.99, maximum
 * @param histogram the latencies, if the driver keeps them; or empty
 */
record Slice(
        double seconds,
        long messages,
        long allMessages,
        double bytes,
        double serverNanosPerMessage,
        double driverNanos,
        boolean rateAchieved,
        double[] micros,
        String histogram) {

    /** Reads a driver's result line. */
    static Slice parse(String line) {
        Map<String, String> values = pairs(line);
        return new Slice(
                number(values, "seconds"),
                (long) number(values, "messages"),
                (long) number(values, "all_messages"),
                number(values, "bytes"),
                number(values, "server_cpu_ns_per_msg"),
                number(values, "driver_cpu_ns"),
                !values.getOrDefault("rate_achieved", "1").equals("0"),
                new double[] {
                    number(values, "p50_us"),
                    number(values, "p90_us"),
                    number(values, "p99_us"),
                    number(values, "p999_us"),
                    number(values, "p9999_us"),
                    number(values, "max_us")
                },
                values.getOrDefault("histogram", ""));
    }

    /** The {@code key=value} pairs of a line. */
    static Map<String, String> pairs(String line) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : line.strip().split(" +")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return values;
    }

    private static double number(Map<String, String> values, String key) {
        return Double.parseDouble(values.getOrDefault(key, "0"));
    }
}
