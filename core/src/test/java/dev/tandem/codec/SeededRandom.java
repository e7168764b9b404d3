package dev.tandem.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test a {@link Random}. The seed is new in every run, unless {@code -Dtandem.seed} sets it; a failure names it
 * and the command that repeats the test.
 */
final class SeededRandom implements ParameterResolver, TestExecutionExceptionHandler {

    /** A test method with a parameter of type {@link Random}. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(SeededRandom.class)
    @interface Seeded {}

    private static final String PROPERTY = "tandem.seed";
    private static final long SEED = Long.getLong(PROPERTY, System.nanoTime());

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Random.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return new Random(SEED);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext test, Throwable failure) {
        String name = test.getRequiredTestClass().getSimpleName() + "#"
                + test.getRequiredTestMethod().getName();
        throw new AssertionError(
                "The seed was " + SEED + ". Repeat with: ./mvnw -pl core test -Dtest='" + name + "' -D" + PROPERTY + "="
                        + SEED + System.lineSeparator() + failure.getMessage(),
                failure);
    }
}
