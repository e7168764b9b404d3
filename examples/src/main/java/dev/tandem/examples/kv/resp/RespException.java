package dev.tandem.examples.kv.resp;

/**
 * The peer sent bytes that are no command. The message is the error reply, worded as Redis words it; once it is sent the
 * connection ends, because nobody can tell where the next command begins.
 */
public final class RespException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RespException(String rule) {
        // Where in the parser it was found helps nobody, and a hostile peer must not make the server walk its stack.
        super("ERR Protocol error: " + rule, null, false, false);
    }
}
