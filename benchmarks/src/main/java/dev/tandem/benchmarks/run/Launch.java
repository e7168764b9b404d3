package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.benchmarks.host.Tools;
import dev.tandem.benchmarks.server.Protocol;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How processes are started: with which Java, on which CPUs, with which flags.
 *
 * @param java the program
 * @param feature its version, such as 17
 * @param classPath of this program, and so of what it starts
 * @param netty41 the directory with the class path of the server that needs Netty 4.1
 * @param serverCpus where servers run once they are warm; empty if they cannot be pinned
 * @param driverCpus where the driver runs; empty if it cannot be pinned
 * @param loops event loop threads of each server
 * @param heapMiB of each server
 * @param programs what was compiled from C
 * @param logs the directory for logs
 */
record Launch(
        Path java,
        int feature,
        String classPath,
        Path netty41,
        Optional<CpuSet> serverCpus,
        Optional<CpuSet> driverCpus,
        int loops,
        int heapMiB,
        CPrograms programs,
        Path logs) {

    private static final int UNSAFE_WARNS_FROM = 24;

    /** The class path that this program was started with. */
    static String ownClassPath() {
        return System.getProperty("java.class.path");
    }

    /** Where the build puts the libraries of the one server that needs others: beside our jar, or our classes. */
    static Path netty41Directory() {
        URL ours = Launch.class.getProtectionDomain().getCodeSource().getLocation();
        try {
            // The path of a URL has %20 where that of the file has a space.
            return Path.of(ours.toURI()).resolveSibling("servers").resolve("netty41");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The class path has the entry " + ours + ".", e);
        }
    }

    /** The same for every server that runs on a JVM: fixed heap and collector, the checks off that Netty users turn off. */
    List<String> serverFlags() {
        List<String> flags = new ArrayList<>(List.of(
                "-Xms" + heapMiB + "m",
                "-Xmx" + heapMiB + "m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:ActiveProcessorCount=" + serverCpus.map(CpuSet::size).orElse(loops),
                "-Dio.netty.leakDetection.level=disabled",
                "-Dio.netty.buffer.checkAccessible=false",
                "-Dio.netty.buffer.checkBounds=false",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        if (feature >= UNSAFE_WARNS_FROM) {
            flags.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dio.netty.noUnsafe=false"));
        }
        return flags;
    }

    List<String> serverCommand(Contender contender, Protocol protocol) {
        if (contender.isC()) {
            return List.of(programs.server(contender).toString(), "--port", "0");
        }
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(serverFlags());
        command.addAll(List.of("-cp", contender.needsNetty41() ? netty41 + "/*" : classPath));
        command.addAll(List.of("dev.tandem.benchmarks.server.ServerMain", "--server", contender.name()));
        command.addAll(List.of("--protocol", protocol.label(), "--loops", Integer.toString(loops)));
        return command;
    }

    List<String> pinnedToDriver() {
        return driverCpus.map(cpus -> List.of("taskset", "-c", cpus.toString())).orElse(List.of());
    }

    /** Confines every thread of a server, those it will start included. */
    void pinServer(long pid) {
        serverCpus.ifPresent(cpus -> Tools.run(List.of("taskset", "-acp", cpus.toString(), Long.toString(pid))));
    }

    /** Kernel threads that work for whichever server is under load. Where nothing is pinned, they might be anybody's. */
    List<Long> softirqThreads() {
        return serverCpus.map(HostFacts::softirqThreads).orElse(List.of());
    }

    Path log(String name) {
        return logs.resolve(name + ".log");
    }

    boolean hasNetty41() {
        return Files.isDirectory(netty41);
    }
}
