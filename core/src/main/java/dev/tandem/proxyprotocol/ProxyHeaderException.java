package dev.tandem.proxyprotocol;

/** What a peer sent first is no PROXY header. The message says why, in words of ours only. */
final class ProxyHeaderException extends Exception {

    private static final long serialVersionUID = 1L;

    ProxyHeaderException(String message) {
        super(message, null, false, false);
    }
}
