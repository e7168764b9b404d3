package dev.tandem.examples.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands with arguments that often mean something to them. */
final class RandomCommands {

    private static final List<String> KEYS = List.of("a", "b", "ab", "abc", "1");

    private static final List<String> WORDS = List.of(
            "a",
            "b",
            "ab",
            "abc",
            "1",
            "0",
            "10",
            "-5",
            "99999999999",
            "9223372036854775807",
            "",
            "NX",
            "XX",
            "GET",
            "EX",
            "PX",
            "PXAT",
            "KEEPTTL",
            "100",
            "GT",
            "LT",
            "MATCH",
            "COUNT",
            "TYPE",
            "3",
            "2",
            "a*",
            "*b",
            "[a-b]*",
            "?",
            "*",
            "[^a]",
            "\\a",
            "[a",
            "[]",
            "[\\]]",
            "a*b*c",
            "[b-a]");

    private RandomCommands() {}

    /** One of the commands named, its name first. Keys are few, so that commands meet the same ones. */
    static List<String> next(Random random, List<String> names) {
        List<String> arguments = new ArrayList<>();
        String name = names.get(random.nextInt(names.size()));
        arguments.addAll(List.of(name.split("\\|")));
        int count = random.nextInt(random.nextInt(4) == 0 ? 7 : 4);
        for (int i = 0; i < count; i++) {
            List<String> words = i == 0 && !name.equals("KEYS") && random.nextInt(8) > 0 ? KEYS : WORDS;
            arguments.add(words.get(random.nextInt(words.size())));
        }
        return arguments;
    }
}
