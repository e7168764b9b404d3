package dev.tandem.transport;

import java.net.SocketAddress;

/**
 * A socket that listens already: whoever started this process opened it and passed it on. Others may have it too, so that it
 * outlives this process.
 */
public final class InheritedSocket extends SocketAddress {

    private static final long serialVersionUID = 1L;

    private final int number;

    /** The socket that the process was started with under this number, 3 or higher. */
    public InheritedSocket(int number) {
        if (number < 3) {
            throw new IllegalArgumentException("number must be at least 3, but was " + number + ".");
        }
        this.number = number;
    }

    /** The number that it has in this process. */
    public int number() {
        return number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InheritedSocket same && same.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return "inherited socket " + number;
    }
}
