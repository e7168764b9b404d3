package dev.tandem.tls;

import java.nio.file.Path;

/** A file that TLS needs cannot be used. The message is one line that names the file and what is wrong with it. */
public final class TlsFileException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    TlsFileException(Path file, String fault) {
        super(file + ": " + fault);
    }

    TlsFileException(Path file, String fault, Throwable cause) {
        super(file + ": " + fault, cause);
    }
}
