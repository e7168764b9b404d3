package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.run.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Says in few words which of the workloads of a run are meant: "ping-pong of 64 B at 50 connections or more" instead of four
 * names.
 */
final class Places {

    private final List<Workload> all;

    /** @param names of all workloads of the run among which some are meant */
    Places(Collection<String> names) {
        all = names.stream().map(Workload::parse).toList();
    }

    String describe(Collection<String> names) {
        if (all.size() > 1 && names.size() == all.size()) {
            return "all workloads";
        }
        List<Workload> meant =
                all.stream().filter(workload -> names.contains(workload.name())).toList();
        Map<String, List<Workload>> families = new LinkedHashMap<>();
        meant.forEach(workload -> families.computeIfAbsent(family(workload), key -> new ArrayList<>())
                .add(workload));
        return families.values().stream().map(this::describeFamily).collect(Collectors.joining("; "));
    }

    /** Workloads that differ in one number only. */
    private static String family(Workload workload) {
        return switch (workload.kind()) {
            case PINGPONG -> "ping-pong of " + Numbers.bytes(workload.sizeBytes());
            case FRAMES -> "frames of " + Numbers.bytes(workload.sizeBytes());
            default -> lower(workload.title());
        };
    }

    private static String lower(String title) {
        return title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1);
    }

    private String describeFamily(List<Workload> meant) {
        String family = family(meant.get(0));
        return switch (meant.get(0).kind()) {
            case PINGPONG -> family + range(meant, family, Workload::connections, " at ", connections(meant));
            case FRAMES -> family + range(meant, family, Workload::depth, ", ", " at once");
            default -> family;
        };
    }

    private static String connections(List<Workload> meant) {
        return meant.size() == 1 && meant.get(0).connections() == 1 ? " connection" : " connections";
    }

    private String range(
            List<Workload> meant, String family, ToIntFunction<Workload> number, String before, String after) {
        SortedSet<Integer> numbers = numbers(meant, number);
        SortedSet<Integer> possible = numbers(
                all.stream().filter(workload -> family(workload).equals(family)).toList(), number);
        String range = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
        if (numbers.size() > 1 && numbers.equals(possible)) {
            return "";
        } else if (numbers.size() > 1 && numbers.equals(possible.tailSet(numbers.first()))) {
            range = numbers.first() + " or more";
        } else if (numbers.size() > 1 && numbers.equals(possible.headSet(numbers.last() + 1))) {
            range = numbers.last() + " or fewer";
        }
        return before + range + after;
    }

    private static SortedSet<Integer> numbers(List<Workload> workloads, ToIntFunction<Workload> number) {
        return workloads.stream().map(number::applyAsInt).collect(Collectors.toCollection(TreeSet::new));
    }
}
