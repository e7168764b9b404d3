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
 * The driver as a process. It runs one load and prints its result line. With {@code --resident} it keeps its connections and
 * reads lines of {@code WARM_UP SECONDS} from standard input, or {@code WARM_UP SECONDS RATE}: a load of so long for each, until
 * its input ends. In between nothing is on its way.
 */
public final class DriverMain {

    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;

    private DriverMain() {}

    /** Runs the load that the arguments describe. */
    public static void main(String[] arguments) throws IOException {
        try {
            LoadResult result = run(LoadOptions.parse(List.of(arguments)));
            System.out.println(result);
            System.exit(result.isFailure() ? FAILED : 0);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_USAGE);
        }
    }

    private static LoadResult run(LoadOptions options) {
        try (Load load = new Load(options)) {
            load.open();
            if (options.resident()) {
                return serveStandardInput(load);
            }
            return options.mode() == LoadOptions.Mode.IDLE
                    ? hold(load)
                    : measure(load, options.warmUpSeconds(), options.seconds());
        } catch (LoadException | IOException e) {
            return LoadResult.failed(options.mode(), String.valueOf(e.getMessage()));
        }
    }

    private static LoadResult serveStandardInput(Load load) throws IOException {
        System.out.println("open=" + load.options().connections());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.strip().split(" +");
            if (words.length > 2) {
                load.changeRate(Double.parseDouble(words[2]));
            }
            System.out.println(measure(load, Double.parseDouble(words[0]), Double.parseDouble(words[1])));
        }
        return LoadResult.none(load.options().mode());
    }

    /**
     * The server's CPU time is read while it rests: of a thread that runs on another CPU, the kernel tells what it had used up to
     * the last tick only.
     */
    private static LoadResult measure(Load load, double warmUpSeconds, double seconds) throws IOException {
        Snapshot resting = Snapshot.take(load);
        load.begin();
        load.runUntilNanos(System.nanoTime() + nanos(warmUpSeconds));
        load.startRecording();
        Snapshot before = Snapshot.takeOfDriver(load);
        load.runUntilNanos(before.nanos() + nanos(seconds));
        Snapshot after = Snapshot.takeOfDriver(load);
        load.stopRecording();
        load.drain();
        return LoadResult.of(load, before, after).withServer(resting, Snapshot.take(load));
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
        Snapshot after = Snapshot.take(load);
        return LoadResult.of(load, before, after).withServer(before, after);
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
