package dev.tandem.transport.linux;

import dev.tandem.transport.TransportException;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.NotYetConnectedException;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors of the kernel by number and name (errno(3)). The numbers are those of x86-64 and AArch64, which agree. */
public final class Errno {

    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOMEM = 12;
    public static final int ENOSYS = 38;
    public static final int EPERM = 1;
    public static final int EACCES = 13;
    public static final int EINVAL = 22;
    public static final int ENOTCONN = 107;
    public static final int ENOBUFS = 105;
    public static final int EALREADY = 114;
    public static final int ECANCELED = 125;
    static final int ENONET = 64;
    static final int EPROTO = 71;
    static final int ENOPROTOOPT = 92;
    static final int EOPNOTSUPP = 95;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int ECONNABORTED = 103;
    static final int ETIMEDOUT = 110;
    static final int ECONNREFUSED = 111;
    static final int EHOSTDOWN = 112;
    static final int EHOSTUNREACH = 113;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(EPERM, "EPERM"),
            Map.entry(ENOENT, "ENOENT"),
            Map.entry(EINTR, "EINTR"),
            Map.entry(5, "EIO"),
            Map.entry(9, "EBADF"),
            Map.entry(EAGAIN, "EAGAIN"),
            Map.entry(ENOMEM, "ENOMEM"),
            Map.entry(EACCES, "EACCES"),
            Map.entry(14, "EFAULT"),
            Map.entry(EINVAL, "EINVAL"),
            Map.entry(ENFILE, "ENFILE"),
            Map.entry(EMFILE, "EMFILE"),
            Map.entry(20, "ENOTDIR"),
            Map.entry(30, "EROFS"),
            Map.entry(32, "EPIPE"),
            Map.entry(36, "ENAMETOOLONG"),
            Map.entry(ENOSYS, "ENOSYS"),
            Map.entry(EPROTO, "EPROTO"),
            Map.entry(88, "ENOTSOCK"),
            Map.entry(91, "EPROTOTYPE"),
            Map.entry(ENOPROTOOPT, "ENOPROTOOPT"),
            Map.entry(93, "EPROTONOSUPPORT"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP"),
            Map.entry(97, "EAFNOSUPPORT"),
            Map.entry(EADDRINUSE, "EADDRINUSE"),
            Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL"),
            Map.entry(ENETDOWN, "ENETDOWN"),
            Map.entry(ENETUNREACH, "ENETUNREACH"),
            Map.entry(ECONNABORTED, "ECONNABORTED"),
            Map.entry(104, "ECONNRESET"),
            Map.entry(ENOBUFS, "ENOBUFS"),
            Map.entry(ENOTCONN, "ENOTCONN"),
            Map.entry(ETIMEDOUT, "ETIMEDOUT"),
            Map.entry(ECONNREFUSED, "ECONNREFUSED"),
            Map.entry(EHOSTDOWN, "EHOSTDOWN"),
            Map.entry(EHOSTUNREACH, "EHOSTUNREACH"),
            Map.entry(EALREADY, "EALREADY"),
            Map.entry(ECANCELED, "ECANCELED"));

    /** What the C library calls the errors that keep an engine from starting: strerror(3). */
    private static final Map<String, Integer> TEXTS = Map.of(
            "Operation not permitted", EPERM,
            "Permission denied", EACCES,
            "Function not implemented", ENOSYS,
            "Cannot allocate memory", ENOMEM,
            "Invalid argument", EINVAL,
            "Too many open files", EMFILE,
            "Too many open files in system", ENFILE);

    /** A failed connect(2) tells its number only within the message of the exception. */
    private static final Pattern NUMBER = Pattern.compile("error\\(-(\\d+)\\)");

    private Errno() {}

    /** The symbolic name of a positive error number. */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }

    /** The positive error number behind an exception of Netty's native calls; 0 if it carries none. */
    public static int of(Exception nativeCall) {
        if (nativeCall instanceof NativeIoException failed) {
            return -failed.expectedErr();
        }
        return nativeCall instanceof NotYetConnectedException ? ENOTCONN : 0;
    }

    /** The positive error number behind a socket that could not be opened or a connect that failed at once; 0 if unknown. */
    static int ofConnect(Exception nativeCall) {
        if (nativeCall instanceof ChannelException && nativeCall.getCause() instanceof NativeIoException cause) {
            return of(cause);
        }
        if (nativeCall instanceof NoRouteToHostException) {
            return ENETUNREACH;
        }
        if (nativeCall instanceof FileNotFoundException) {
            return ENOENT;
        }
        Matcher number = nativeCall instanceof ConnectException ? NUMBER.matcher(nativeCall.getMessage()) : null;
        return number != null && number.find() ? Integer.parseInt(number.group(1)) : of(nativeCall);
    }

    /** The positive error number behind whatever a native library threw; 0 if there is none to be found. */
    static int ofAny(Throwable thrown) {
        int errno = thrown instanceof Exception exception ? of(exception) : 0;
        return errno != 0 ? errno : ofText(thrown.getMessage());
    }

    /** Some native code tells the error only in words, at the end of a message. */
    private static int ofText(String message) {
        String last = message == null
                ? ""
                : message.substring(message.lastIndexOf(": ") + 1).strip();
        return TEXTS.getOrDefault(last, 0);
    }

    /** The failure of {@code operation}, as the boundary tells it. */
    public static TransportException failure(String operation, Exception nativeCall) {
        int errno = of(nativeCall);
        String name = errno == 0 ? nativeCall.getClass().getSimpleName() : name(errno);
        return new TransportException(operation, name, advice(errno));
    }

    /** The failure of {@code operation} with a positive error number. */
    public static TransportException failure(String operation, int errno) {
        return failure(operation, errno, "");
    }

    /** The failure of {@code operation}, which made or named a socket, and what to do about it by its error number. */
    static TransportException failure(String operation, Exception nativeCall, IntFunction<String> advice) {
        int errno = ofConnect(nativeCall);
        return errno == 0
                ? new TransportException(
                        operation, nativeCall.getClass().getSimpleName(), String.valueOf(nativeCall.getMessage()))
                : failure(operation, errno, advice.apply(errno));
    }

    /** The failure of {@code operation} with a positive error number, and what to do about it where this operation fails. */
    static TransportException failure(String operation, int errno, String advice) {
        return new TransportException(operation, name(errno), advice.isEmpty() ? advice(errno) : advice);
    }

    private static String advice(int errno) {
        return switch (errno) {
            case EMFILE -> "The process has no descriptor left: raise the limit on open files ('ulimit -n').";
            case ENFILE -> "The system has no descriptor left: raise the sysctl fs.file-max.";
            default -> "";
        };
    }
}
