package dev.tandem.endtoend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs every test of the class on epoll and on io_uring, and again with TLS between server and peers. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"epoll", "io_uring", "epoll" + Secured.SUFFIX, "io_uring" + Secured.SUFFIX})
public @interface OnBothTransportsAndTls {}
