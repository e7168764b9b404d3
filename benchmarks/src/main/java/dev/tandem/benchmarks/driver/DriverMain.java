package dev.tandem.benchmarks.driver;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The driver as a process. With options it runs one load and prints its result line. With {@code --resident} alone it reads
 * a line of options at a time from standard input, so that it is warm when it counts, and ends with its input.
 */
public final class DriverMain {

    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;

    private DriverMain() {}

    /** Runs the load that the arguments describe. */
    public static void main(String[] arguments) throws IOException {
        if (List.of(arguments).equals(List.of("--resident"))) {
            serveStandardInput();
            return;
        }
        try {
            LoadResult result = run(LoadOptions.parse(List.of(arguments)));
            System.out.println(result);
            System.exit(result.toString().contains("errors=0") ? 0 : FAILED);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_USAGE);
        }
    }

    private static void serveStandardInput() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(run(LoadOptions.parse(List.of(line.strip().split(" +")))));
        }
    }

    private static LoadResult run(LoadOptions options) {
        try (Load load = new Load(options)) {
            load.open();
            return options.mode() == LoadOptions.Mode.IDLE ? hold(load) : measure(load);
        } catch (LoadException | IOException e) {
            return LoadResult.failed(options.mode(), String.valueOf(e.getMessage()));
        }
    }

    private static LoadResult measure(Load load) throws IOException {
        LoadOptions options = load.options();
        load.runUntilNanos(System.nanoTime() + nanos(options.warmUpSeconds()));
        load.startRecording();
        Snapshot before = Snapshot.take(load);
        load.runUntilNanos(before.nanos() + nanos(options.seconds()));
        Snapshot after = Snapshot.take(load);
        load.stopRecording();
        load.drain();
        return LoadResult.of(options, before, after, load.latencies());
    }

    /** Says when all connections are open, and holds them for the given time, or until standard input ends. */
    private static LoadResult hold(Load load) throws IOException {
        Snapshot before = Snapshot.take(load);
        load.runUntil(() -> load.messages() == load.options().connections());
        System.out.println("open=" + load.options().connections());
        if (load.options().seconds() == 0) {
            load.runUntil(inputEnds());
        } else {
            load.runUntilNanos(System.nanoTime() + nanos(load.options().seconds()));
        }
        return LoadResult.of(load.options(), before, Snapshot.take(load), load.latencies());
    }

    /** A condition that holds once standard input has ended, which only a thread that reads it finds out. */
    private static BooleanSupplier inputEnds() {
        AtomicBoolean ended = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                System.err.println("Standard input failed: " + e);
            }
            ended.set(true);
        });
        reader.setDaemon(true);
        reader.start();
        return ended::get;
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }
}
