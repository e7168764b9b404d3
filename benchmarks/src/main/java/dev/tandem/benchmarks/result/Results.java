package dev.tandem.benchmarks.result;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * Everything a run found out.
 *
 * @param schema of this file; see {@link #SCHEMA}
 * @param startedAt in UTC, ISO 8601
 * @param seconds it took
 * @param command that repeats it
 * @param complete whether it ran to its end
 * @param finished names of the workloads that ran to their end, so that a resumed run need not repeat them
 * @param environment the host and the software, by name
 * @param settings of the run, by name
 * @param workloads name to title, in the order of reports
 * @param contenders how each server was set up
 * @param points what became of each server under each workload
 * @param blocks every measurement, those that do not count included
 */
public record Results(
        int schema,
        String startedAt,
        double seconds,
        String command,
        boolean complete,
        List<String> finished,
        Map<String, String> environment,
        Map<String, String> settings,
        Map<String, String> workloads,
        List<Setup> contenders,
        List<Point> points,
        List<Block> blocks) {

    /** The version of the format. A reader refuses others. */
    public static final int SCHEMA = 1;

    /** The file's name in a directory of results. */
    public static final String FILE = "results.json";

    /** The options that repeat one of its workloads as it was measured. */
    public String options() {
        StringBuilder options = new StringBuilder();
        settings.forEach((name, value) -> {
            if (OPTIONS.containsKey(name)) {
                options.append(' ').append(OPTIONS.get(name)).append(' ').append(value);
            }
        });
        return options.toString();
    }

    /** How a server was set up. */
    public record Setup(String name, String title, String family, String configuration, String source) {}

    /** Of some settings, the option that makes them. */
    private static final Map<String, String> OPTIONS =
            Map.of("blockSeconds", "--seconds", "pairs", "--pairs", "warmSecondsMax", "--warm", "twin", "--twin");

    private static final int LINES_DEPTH = 2;

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** A line for each block, and not one for each of its numbers. */
    private static DefaultPrettyPrinter printer() {
        DefaultIndenter shallow = new DefaultIndenter() {
            private static final long serialVersionUID = 1L;

            @Override
            public void writeIndentation(JsonGenerator json, int level) throws IOException {
                if (level <= LINES_DEPTH) {
                    super.writeIndentation(json, level);
                }
            }
        };
        return new DefaultPrettyPrinter().withObjectIndenter(shallow).withArrayIndenter(shallow);
    }

    /** Reads results from a file, or from the file of this name in a directory. */
    public static Results read(Path path) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        if (!Files.exists(file)) {
            throw new IOException("There are no results at " + file + ".");
        }
        Results results = parse(file);
        if (results.schema != SCHEMA) {
            throw new IOException(file + " has format " + results.schema + ", and this program reads " + SCHEMA + ".");
        }
        return results;
    }

    private static Results parse(Path file) throws IOException {
        try {
            Results results = JSON.readValue(Files.readString(file), Results.class);
            if (results == null) {
                throw new IOException(file + " is damaged: there is nothing in it.");
            }
            return results;
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage() + ".", e);
        }
    }

    /** Writes them in place of the file: whatever happens meanwhile, it is the old or the new one as a whole. */
    public void write(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(part, JSON.writer(printer()).writeValueAsString(this) + "\n");
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
