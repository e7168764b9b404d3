package dev.tandem.benchmarks.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The blocks as a table: a line each, columns named in the first. */
public final class BlocksCsv {

    private static final String HEADER = "workload,contender,twin,fork,round,half,driver,seconds,messages,"
            + "messagesPerSecond,bytesPerSecond,serverCpuNanosPerMessage,serverCpuPercent,switchesPerMessage,"
            + "runDelayPercent,residentBytes,driverCpuNanosPerMessage,driverCpuPercent,clientBound,rate,rateAchieved,"
            + "p50Micros,p90Micros,p99Micros,p999Micros,p9999Micros,maxMicros,stealPercent,foreignPercent,"
            + "compilerPercent,collectorPercent,disturbances";

    private BlocksCsv() {}

    /** Writes the table. */
    public static void write(List<Block> blocks, Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of(HEADER));
        for (Block block : blocks) {
            lines.add(line(block));
        }
        Files.write(file, lines);
    }

    private static String line(Block b) {
        List<Object> cells = new ArrayList<>(List.of(
                b.workload(),
                b.contender(),
                b.twin(),
                b.fork(),
                b.round(),
                b.half(),
                b.driver(),
                b.seconds(),
                b.messages()));
        cells.addAll(List.of(
                b.messagesPerSecond(),
                b.bytesPerSecond(),
                b.serverCpuNanosPerMessage(),
                b.serverCpuPercent(),
                b.switchesPerMessage(),
                b.runDelayPercent(),
                b.residentBytes()));
        cells.addAll(List.of(
                b.driverCpuNanosPerMessage(), b.driverCpuPercent(), b.clientBound(), b.rate(), b.rateAchieved()));
        for (double micros : b.micros()) {
            cells.add(micros);
        }
        cells.addAll(List.of(b.stealPercent(), b.foreignPercent(), b.compilerPercent(), b.collectorPercent()));
        cells.add(String.join("; ", b.disturbances()));
        return String.join(",", cells.stream().map(BlocksCsv::cell).toList());
    }

    private static String cell(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.4f", number) : value.toString();
    }
}
