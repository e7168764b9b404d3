package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.host.HostFacts;
import dev.tandem.transport.Availability;
import dev.tandem.transport.TransportProvider;
import java.util.Optional;
import java.util.ServiceLoader;

/** Why a server cannot run on this host, or not under a workload. Each with what to do about it. */
final class Obstacles {

    private static final int VIRTUAL_THREADS_FROM = 21;
    private static final int DESCRIPTORS_BESIDE = 200;
    private static final int THREADS_BESIDE = 2000;

    private final Launch launch;
    private final Optional<String> ioUring = ioUring();

    Obstacles(Launch launch) {
        this.launch = launch;
    }

    /** Why the host refuses io_uring, and what allows it; empty if it does not refuse. */
    static Optional<String> ioUring() {
        return ServiceLoader.load(TransportProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("io_uring"))
                .map(TransportProvider::probe)
                .findFirst()
                .flatMap(availability -> availability.obstacle().map(obstacle -> sentence(availability)));
    }

    private static String sentence(Availability availability) {
        String remedy = availability.obstacle().orElseThrow().remedy();
        return "io_uring is refused: " + availability.detail() + ". "
                + (remedy.endsWith(".") ? remedy.substring(0, remedy.length() - 1) : remedy);
    }

    /** Why this server cannot run under this workload, which others can. */
    Optional<String> of(Contender contender, Workload workload) {
        return ofHost(contender).or(() -> ofWorkload(contender, workload));
    }

    private Optional<String> ofHost(Contender contender) {
        if (contender.isC()) {
            Optional<String> failure = launch.programs().obstacle(contender);
            if (failure.isPresent()) {
                return failure;
            }
        }
        if (contender.needsIoUring() && ioUring.isPresent()) {
            return ioUring;
        }
        if (contender.needsVirtualThreads() && launch.feature() < VIRTUAL_THREADS_FROM) {
            return Optional.of("Java " + launch.feature()
                    + " has no virtual threads; start with JAVA_HOME pointing at a JDK 21 or newer");
        }
        if (contender.needsNetty41() && !launch.hasNetty41()) {
            return Optional.of("its libraries are missing in " + launch.netty41() + "; build the module with Maven");
        }
        return Optional.empty();
    }

    private static Optional<String> ofWorkload(Contender contender, Workload workload) {
        if (contender.needsFrames() && workload.kind() != Workload.Kind.FRAMES) {
            return Optional.of("without messages there is no flush per message; blocking-platform is this row");
        }
        if (contender.needsThreadPerConnection() && workload.descriptors() + THREADS_BESIDE > HostFacts.threadsMax()) {
            return Optional.of("it needs " + workload.descriptors() + " threads, and the host allows "
                    + HostFacts.threadsMax() + " (kernel.pid_max, kernel.threads-max)");
        }
        return Optional.empty();
    }

    /** Why no server can run under this workload. */
    static Optional<String> of(Workload workload) {
        long needed = workload.descriptors() + DESCRIPTORS_BESIDE;
        return needed <= HostFacts.descriptorsMax()
                ? Optional.empty()
                : Optional.of("it needs " + needed + " open files, and the hard limit is " + HostFacts.descriptorsMax()
                        + "; raise it with ulimit -Hn or LimitNOFILE");
    }
}
