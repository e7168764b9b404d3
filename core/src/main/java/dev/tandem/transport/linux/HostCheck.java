package dev.tandem.transport.linux;

import dev.tandem.transport.Availability;
import dev.tandem.transport.Obstacle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds out why an engine does not work on this host. */
public final class HostCheck {

    private static final Path IO_URING_DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

    /** Such as {@code 6.1.0-38-amd64}. */
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})");

    private HostCheck() {}

    /** Whether this is Linux at all. */
    public static boolean isLinux() {
        return "Linux".equalsIgnoreCase(System.getProperty("os.name"));
    }

    /** The answer of every engine on another operating system. */
    public static Availability notLinux() {
        return Availability.unavailable(
                Obstacle.NOT_LINUX, "this is " + System.getProperty("os.name") + ", and the engine is part of Linux");
    }

    /** The answer of an engine whose {@code operation} ended with {@code cause}. */
    public static Availability unavailable(String operation, Throwable cause) {
        return unavailable(operation, cause, Obstacle.UNKNOWN);
    }

    /** The same, with what stands in the way where {@code cause} does not tell. */
    public static Availability unavailable(String operation, Throwable cause, Obstacle otherwise) {
        LibraryDirectory directory = LibraryDirectory.inUse();
        Optional<String> fault = isAboutLoading(cause) ? directory.fault() : Optional.empty();
        return fault.map(words -> Availability.unavailable(
                        Obstacle.NO_PLACE_FOR_NATIVE_LIBRARY,
                        "its native library cannot be unpacked to " + directory.path() + " and loaded: " + words))
                .orElseGet(() -> Availability.unavailable(obstacle(cause, otherwise), words(operation, cause)));
    }

    /** Of the exceptions that this can end with, some name the library, some the directory, and some neither. */
    private static boolean isAboutLoading(Throwable cause) {
        return causes(cause).anyMatch(LinkageError.class::isInstance);
    }

    /** What stands in the way, by the exception that loading or probing the engine ended with. */
    private static Obstacle obstacle(Throwable cause, Obstacle otherwise) {
        return causes(cause)
                .map(HostCheck::known)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(otherwise);
    }

    /** One line with the system's words about {@code cause}. */
    static String words(String operation, Throwable cause) {
        String words = causes(cause)
                .mapToInt(Errno::ofAny)
                .filter(errno -> errno != 0)
                .mapToObj(Errno::name)
                .findFirst()
                .orElseGet(() -> firstLine(causes(cause).reduce(cause, (outer, inner) -> inner)));
        return operation + " failed: " + words;
    }

    private static String firstLine(Throwable root) {
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }

    /** From the outermost inwards. */
    private static Stream<Throwable> causes(Throwable outermost) {
        return Stream.iterate(outermost, Objects::nonNull, Throwable::getCause);
    }

    private static Obstacle known(Throwable cause) {
        if (cause instanceof UnsatisfiedLinkError || cause instanceof ClassNotFoundException) {
            return Obstacle.NATIVE_LIBRARY_MISSING;
        }
        return byErrno(Errno.ofAny(cause));
    }

    private static Obstacle byErrno(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                isDisabledBySysctl() ? Obstacle.DISABLED_BY_SYSCTL : Obstacle.NOT_PERMITTED;
            // Podman's seccomp profile answers as a kernel does that has no such call.
            case Errno.ENOSYS -> isOlderThanIoUring() ? Obstacle.KERNEL_TOO_OLD : Obstacle.NOT_PERMITTED;
            case Errno.ENOMEM -> Obstacle.OUT_OF_MEMORY;
            case Errno.EMFILE, Errno.ENFILE -> Obstacle.OUT_OF_DESCRIPTORS;
            case Errno.EINVAL -> Obstacle.FEATURE_MISSING;
            default -> null;
        };
    }

    /** Linux 5.1 was the first with io_uring. */
    private static boolean isOlderThanIoUring() {
        Matcher release = RELEASE.matcher(System.getProperty("os.version"));
        if (!release.lookingAt()) {
            return true;
        }
        int major = Integer.parseInt(release.group(1));
        return major < 5 || major == 5 && Integer.parseInt(release.group(2)) < 1;
    }

    /** Since Linux 6.6: 1 allows io_uring to the privileged and to a group, 2 to nobody. */
    private static boolean isDisabledBySysctl() {
        try {
            return !Files.readString(IO_URING_DISABLED).strip().equals("0");
        } catch (IOException absentOrHidden) {
            return false;
        }
    }
}
