package dev.tandem.benchmarks.host;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Numbers of CPUs, written as the kernel and taskset write them: {@code 0,2-3}. */
public record CpuSet(SortedSet<Integer> cpus) {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    /** Reads a list such as {@code 0,2-3}. */
    public static CpuSet parse(String list) {
        SortedSet<Integer> cpus = new TreeSet<>();
        for (String range : list.strip().split(",", -1)) {
            Matcher ends = RANGE.matcher(range);
            if (!ends.matches()) {
                throw misspelt(list);
            }
            int first = Integer.parseInt(ends.group(1));
            int last = ends.group(2) == null ? first : Integer.parseInt(ends.group(2));
            if (last < first) {
                throw misspelt(list);
            }
            for (int cpu = first; cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return new CpuSet(cpus);
    }

    private static IllegalArgumentException misspelt(String list) {
        return new IllegalArgumentException("CPUs are written like 0,2-3, but this was '" + list + "'.");
    }

    /** The CPUs that this process may run on. */
    public static CpuSet allowed() {
        return ProcFiles.readTrimmed("/proc/self/status")
                .flatMap(status -> status.lines()
                        .filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .findFirst())
                .map(line -> parse(line.substring(line.indexOf(':') + 1)))
                .orElseThrow(() -> new IllegalStateException("/proc/self/status names no CPUs."));
    }

    /** How many they are. */
    public int size() {
        return cpus.size();
    }

    /** These CPUs without those. */
    public CpuSet without(CpuSet others) {
        SortedSet<Integer> rest = new TreeSet<>(cpus);
        rest.removeAll(others.cpus);
        return new CpuSet(rest);
    }

    /** The CPUs that share a core with any of these, and these. */
    public CpuSet withSiblings() {
        SortedSet<Integer> all = new TreeSet<>(cpus);
        for (int cpu : cpus) {
            ProcFiles.readTrimmed("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list")
                    .ifPresent(list -> all.addAll(parse(list).cpus()));
        }
        return new CpuSet(all);
    }

    @Override
    public String toString() {
        return cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
