package dev.tandem.examples;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address as options have it: {@code HOST:PORT}, with {@code [}brackets{@code ]} around an IPv6 address, {@code PORT} on
 * this host, or the path of a Unix domain socket, which has a slash in it.
 */
public final class Address implements ITypeConverter<SocketAddress> {

    private static final String FORMS = "HOST:PORT, [IPV6]:PORT, PORT or a path with a '/' in it";

    @Override
    public SocketAddress convert(String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /**
     * The address that {@code text} means. A host is not looked up.
     *
     * @throws IllegalArgumentException if it means none
     */
    static SocketAddress parse(String text) {
        if (text.indexOf('/') >= 0) {
            return UnixDomainSocketAddress.of(text);
        }
        // Behind the brackets, if there are any.
        int colon = text.indexOf(':', text.lastIndexOf(']') + 1) < 0 ? -1 : text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        if (isBracketed) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "An IPv6 address needs brackets, as in [" + text.substring(0, colon) + "]" + text.substring(colon));
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("There is no host in '" + text + "'; the forms are " + FORMS + ".");
        }
        return InetSocketAddress.createUnresolved(host, port(text, text.substring(colon + 1)));
    }

    private static int port(String text, String number) {
        if (number.matches("\\d{1,5}") && Integer.parseInt(number) <= 65_535) {
            return Integer.parseInt(number);
        }
        throw new IllegalArgumentException(
                "'" + text + "' has no port from 0 to 65535 at its end; the forms are " + FORMS + ".");
    }
}
