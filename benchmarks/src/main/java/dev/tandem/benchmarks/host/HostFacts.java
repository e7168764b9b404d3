package dev.tandem.benchmarks.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a reader of results must know about the host, and limits that decide what can run on it. */
public final class HostFacts {

    private HostFacts() {}

    /** Kernel, processor, mitigations and limits, by name. */
    public static Map<String, String> describe() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("architecture", System.getProperty("os.arch"));
        facts.put("processor", processor());
        facts.put("cpus", Integer.toString(CpuSet.allowed().size()));
        facts.put("memoryMiB", Long.toString(memoryKib("MemTotal:") >> 10));
        facts.put("descriptorsMax", Long.toString(descriptorsMax()));
        facts.put("hypervisor", Boolean.toString(cpuinfo().contains(" hypervisor")));
        put(facts, "somaxconn", "/proc/sys/net/core/somaxconn");
        put(facts, "ioUringDisabled", "/proc/sys/kernel/io_uring_disabled");
        put(facts, "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
        put(facts, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        put(facts, "haltPollNanos", "/sys/module/haltpoll/parameters/guest_halt_poll_ns");
        mitigations(facts);
        return facts;
    }

    private static void put(Map<String, String> facts, String name, String file) {
        ProcFiles.readTrimmed(file).ifPresent(value -> facts.put(name, value));
    }

    private static void mitigations(Map<String, String> facts) {
        try (Stream<Path> files = Files.list(Path.of("/sys/devices/system/cpu/vulnerabilities"))) {
            files.forEach(file -> ProcFiles.read(file)
                    .map(String::strip)
                    .filter(state -> !state.equals("Not affected"))
                    .ifPresent(state -> facts.put("vulnerability." + file.getFileName(), state)));
        } catch (IOException | UncheckedIOException e) {
            facts.put("vulnerabilities", "unknown");
        }
    }

    private static String cpuinfo() {
        return ProcFiles.readTrimmed("/proc/cpuinfo").orElse("");
    }

    private static String processor() {
        return cpuinfo()
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    /** Load over the last minute, as the kernel counts it. */
    public static String loadAverage() {
        return ProcFiles.readTrimmed("/proc/loadavg")
                .map(line -> line.split(" ")[0])
                .orElse("unknown");
    }

    /** Memory that new processes can have. */
    public static long availableMemoryBytes() {
        return memoryKib("MemAvailable:") << 10;
    }

    private static long memoryKib(String label) {
        return ProcFiles.readTrimmed("/proc/meminfo")
                .map(text -> ProcFiles.labelled(text, label))
                .orElse(0L);
    }

    /** How many files a process may have open, after raising its limit as far as it may. */
    public static long descriptorsMax() {
        return ProcFiles.readTrimmed("/proc/self/limits")
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith("Max open files"))
                        .findFirst())
                .map(line -> line.strip().split(" +"))
                .map(words -> words[words.length - 2])
                .map(hard -> hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard))
                .orElse(0L);
    }

    /**
     * The kernel's threads that take over, on these CPUs, network work that is too much to be done on the side. What a server
     * sends over the loopback device is received on the CPU of the server, and charged to the server unless these do it. None
     * are seen from inside a container.
     */
    public static List<Long> softirqThreads(CpuSet cpus) {
        Set<String> names = cpus.cpus().stream().map(cpu -> "ksoftirqd/" + cpu).collect(Collectors.toSet());
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> ProcFiles.read(process.resolve("comm"))
                            .filter(name -> names.contains(name.strip()))
                            .isPresent())
                    .map(process -> Long.valueOf(process.getFileName().toString()))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** How many threads the host can have at a time. */
    public static long threadsMax() {
        long pids = number("/proc/sys/kernel/pid_max");
        long threads = number("/proc/sys/kernel/threads-max");
        return Math.min(pids, threads);
    }

    private static long number(String file) {
        return ProcFiles.readTrimmed(file).map(Long::parseLong).orElse(Long.MAX_VALUE);
    }
}
