package dev.tandem.benchmarks.run;

import java.io.Closeable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Something that puts a load on a server and reports in {@code key=value} pairs. */
interface Driver extends Closeable {

    /** Its name in results. */
    String name();

    /** Runs a load of the given options. */
    Map<String, String> run(List<String> options, double secondsMax) throws LoadFailed;

    @Override
    void close();

    /** Reads a result line. */
    static Map<String, String> parse(String line) throws LoadFailed {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : line.strip().split(" +")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        if (!values.getOrDefault("errors", "1").equals("0")) {
            throw new LoadFailed(values.getOrDefault("reason", "the driver reported an error: " + line)
                    .replace('_', ' '));
        }
        return values;
    }
}
