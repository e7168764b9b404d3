package dev.tandem.tls;

import dev.tandem.log.LogLimit;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates in force, and a thread that replaces them when their files change. It compares what the files contain,
 * wherever their names lead to at the moment, so it does not matter how they are replaced: written over, renamed, or by
 * another target of a symbolic link.
 */
final class Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    /** A change is used when it was seen unchanged twice, so within half a second. */
    private static final long LOOK_NANOS = 200_000_000;

    private final TlsSettings settings;
    private final LogLimit failures = new LogLimit();
    private final Thread watch = new Thread(this::watchFiles, "tandem-tls-files");

    /** What the files contained when they were last read, whether or not that could be used. */
    private FileContents known;

    /** What they contained at the last look, if that was something new; it may be half written. */
    private FileContents changing;

    /** Guarded by this, so that none is released while an engine is made of it. */
    private EngineFactory engines;

    private volatile boolean stopped;

    /**
     * Reads the files.
     *
     * @throws TlsFileException if one of them cannot be used
     */
    Certificates(TlsSettings settings) {
        this.settings = settings;
        this.known = FileContents.read(settings.files());
        Loaded loaded = load(known);
        loaded.warnings.forEach(LOG::warn);
        this.engines = loaded.engines;
        watch.setDaemon(true);
    }

    private record Loaded(EngineFactory engines, List<String> warnings) {}

    private Loaded load(FileContents contents) {
        List<Identity> identities = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (CertificateFiles files : settings.certificates()) {
            for (Identity identity : files.load(contents)) {
                if (settings.isOpenSsl() && identity.keyType().equals("EdDSA")) {
                    throw new TlsFileException(
                            files.certificateFile(),
                            "keys of the kind " + identity.keyType()
                                    + " need the engine of the JDK: withProvider(SslProvider.JDK).");
                }
                identities.add(identity);
                identity.invalidity().ifPresent(why -> warnings.add(files.certificateFile() + ": " + why));
            }
        }
        return new Loaded(EngineFactory.of(settings, new Identities(identities), contents), warnings);
    }

    /** An engine with the certificates of this moment. */
    synchronized SSLEngine newEngine(ByteBufAllocator allocator) {
        return engines.newEngine(allocator);
    }

    void watch() {
        if (!settings.files().isEmpty()) {
            watch.start();
        }
    }

    /** Ends. No engine is asked for any more. */
    void close() {
        stopped = true;
        LockSupport.unpark(watch);
        use(null);
    }

    /** From now on engines are made of these; nothing is, if they come when all has ended. */
    private synchronized void use(EngineFactory next) {
        if (stopped && next != null) {
            next.release();
            return;
        }
        if (engines != null) {
            engines.release();
        }
        engines = next;
    }

    private void watchFiles() {
        while (!stopped) {
            LockSupport.parkNanos(this, LOOK_NANOS);
            try {
                look();
            } catch (RuntimeException e) {
                LOG.error("The certificate files cannot be watched at present.", e);
            }
        }
    }

    private void look() {
        FileContents now = FileContents.read(settings.files());
        if (now.equals(known)) {
            changing = null;
        } else if (!now.equals(changing)) {
            changing = now;
        } else {
            changing = null;
            known = now;
            replace(now);
        }
    }

    private void replace(FileContents contents) {
        try {
            Loaded loaded = load(contents);
            if (loaded.warnings.isEmpty()) {
                use(loaded.engines);
                LOG.info("Certificates were reloaded: new connections get those in {}.", settings.files());
            } else {
                loaded.engines.release();
                keep(loaded.warnings.get(0));
            }
        } catch (TlsFileException e) {
            keep(e.getMessage());
        }
    }

    private void keep(String fault) {
        failures.pass(others -> LOG.warn("The certificates stay as they were. {}{}", fault, others));
    }
}
