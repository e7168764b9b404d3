package dev.tandem.testkit;

import java.util.Random;

/** Seeds of randomised tests. */
final class Seed {

    private static final String PROPERTY = "tandem.seed";

    private Seed() {}

    /** A seed, printed together with how to use it again; the one that was asked for if one was. */
    static long next() {
        long seed = Long.getLong(PROPERTY, new Random().nextLong());
        System.out.println("Random test. To repeat it: ./mvnw verify -D" + PROPERTY + "=" + seed);
        return seed;
    }
}
