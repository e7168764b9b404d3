package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.CpuSet;
import dev.tandem.benchmarks.host.Tools;
import dev.tandem.benchmarks.server.Protocol;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One server in a process of its own, for those who bring their own load. */
public final class MeasuredServer implements Closeable {

    private static final int HEAP_MIB = 512;

    private final Launch launch;
    private final ServerProcess process;

    private MeasuredServer(Launch launch, ServerProcess process) {
        this.launch = launch;
        this.process = process;
    }

    /**
     * Starts the server of this name.
     *
     * @throws IOException if it does not start
     * @throws IllegalArgumentException if there is no such server, or this host cannot run it
     */
    public static MeasuredServer start(String name, Protocol protocol) throws IOException {
        Contender contender = Contender.named(name);
        Path directory = Files.createTempDirectory("tandem-bench");
        Cpus cpus = Cpus.choose(Optional.empty(), Optional.empty());
        Launch launch = new Launch(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Runtime.version().feature(),
                Launch.ownClassPath(),
                Launch.netty41Directory(),
                cpus.server(),
                cpus.driver(),
                cpus.server().map(CpuSet::size).orElse(1),
                HEAP_MIB,
                contender.isC() ? CPrograms.compile(directory) : CPrograms.none(),
                directory);
        Workload workload = Workload.parse(protocol == Protocol.FRAMES ? "frames-c1" : "pingpong-c1");
        new Obstacles(launch).of(contender, workload).ifPresent(why -> {
            throw new IllegalArgumentException(name + " cannot run here: " + why + ".");
        });
        try {
            return new MeasuredServer(launch, ServerProcess.start(launch, contender, protocol, name));
        } catch (LoadFailed e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(process.host(), process.port());
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** Confines the server to its CPUs and this process to the driver's, once both are warm. */
    public void pin() {
        launch.pinServer(process.pid());
        launch.driverCpus()
                .ifPresent(cpus -> Tools.run(List.of(
                        "taskset",
                        "-acp",
                        cpus.toString(),
                        Long.toString(ProcessHandle.current().pid()))));
    }

    /** What its virtual machine has counted; nothing if it has none. */
    public Map<String, String> counters() throws IOException {
        try {
            return process.ask("counters");
        } catch (LoadFailed e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
