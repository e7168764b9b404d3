package dev.tandem.endtoend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs every test of the class on epoll with the JDK's TLS, and on io_uring with OpenSSL's: where the one has nothing to do
 * with the other.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"epoll", "io_uring" + Secured.OPENSSL})
public @interface OnBothTransportsWithEitherProvider {}
