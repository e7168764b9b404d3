package dev.tandem.transport;

/** Why an engine cannot be used on this host. The set is closed, so that tools and people can act on it. */
public enum Obstacle {
    /** Another operating system. */
    NOT_LINUX("Tandem needs the Linux kernel: run it on Linux, or in a Linux container or virtual machine."),
    /** The engine's module is not there. */
    NOT_INSTALLED("Add the artifact tandem-transport-<name> to the class path or module path."),
    /** The native library is not there, or not for this processor or C library. */
    NATIVE_LIBRARY_MISSING(
            "Add Netty's native jar for this processor (classifier linux-x86_64 or linux-aarch_64); a C library other"
                    + " than glibc is not supported."),
    /** The native library is in a jar, from which it cannot be unpacked to a directory and loaded. */
    NO_PLACE_FOR_NATIVE_LIBRARY(
            "Make that directory writable and its files executable (in a container '--tmpfs /tmp:exec'), or name another"
                    + " one with -Dio.netty.native.workdir=<directory>."),
    /** The kernel is older than the engine's system calls. */
    KERNEL_TOO_OLD("Use Linux 5.19 or newer, 6.1 or newer is better; or start with transport=epoll."),
    /** Switched off with the sysctl kernel.io_uring_disabled. */
    DISABLED_BY_SYSCTL("Run 'sysctl kernel.io_uring_disabled=0' as root, or start with transport=epoll."),
    /** A permission is missing: as a rule the seccomp profile of a container. */
    NOT_PERMITTED("The container's seccomp profile probably blocks io_uring: allow io_uring_setup, io_uring_enter and"
            + " io_uring_register in it, or start with transport=epoll."),
    /** No memory for the rings: as a rule the limit on locked memory of a kernel before 5.12. */
    OUT_OF_MEMORY(
            "Raise the limit on locked memory ('ulimit -l', LimitMEMLOCK=) or the memory limit of the container."),
    /** No descriptor left in the process or the system. */
    OUT_OF_DESCRIPTORS("Raise the limit on open files ('ulimit -n', LimitNOFILE=)."),
    /** The kernel lacks a feature that the engine cannot do without. */
    FEATURE_MISSING("Use a newer kernel, or start with transport=epoll."),
    /** Something else; the detail beside it has the words of the system. */
    UNKNOWN("Start with transport=epoll, and report the detail.");

    private final String remedy;

    Obstacle(String remedy) {
        this.remedy = remedy;
    }

    /** What to do about it, a whole sentence. */
    public String remedy() {
        return remedy;
    }
}
