package dev.tandem.tls;

import dev.tandem.log.LogLimit;
import io.netty.buffer.ByteBufAllocator;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
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

    /** When what was read last is valid, if it was not yet; null if nothing waits for its time. */
    private Date validFrom;

    /** Those in force. That one of them is not valid any more keeps no other from being replaced. */
    private Set<X509Certificate> inForce;

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
        loaded.faults.values().forEach(LOG::warn);
        this.inForce = loaded.certificates;
        this.engines = loaded.engines;
        watch.setDaemon(true);
    }

    /**
     * What files contained.
     *
     * @param faults why some of the certificates are not valid at this moment
     */
    private record Loaded(
            EngineFactory engines, Set<X509Certificate> certificates, Map<X509Certificate, String> faults) {}

    private Loaded load(FileContents contents) {
        List<Identity> identities = new ArrayList<>();
        Map<X509Certificate, String> faults = new LinkedHashMap<>();
        for (CertificateFiles files : settings.certificates()) {
            for (Identity identity : files.load(contents)) {
                if (settings.isOpenSsl() && identity.keyType().equals("EdDSA")) {
                    throw new TlsFileException(
                            files.certificateFile(),
                            "keys of the kind " + identity.keyType()
                                    + " need the engine of the JDK: withProvider(SslProvider.JDK).");
                }
                identities.add(identity);
                identity.invalidity()
                        .ifPresent(why -> faults.put(identity.certificate(), files.certificateFile() + ": " + why));
            }
        }
        Set<X509Certificate> certificates =
                identities.stream().map(Identity::certificate).collect(Collectors.toSet());
        return new Loaded(EngineFactory.of(settings, new Identities(identities), contents), certificates, faults);
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
            } catch (Throwable e) {
                LOG.error("The certificate files cannot be watched at present.", e);
            }
        }
    }

    private void look() {
        FileContents now = FileContents.read(settings.files());
        if (now.equals(known)) {
            changing = null;
            if (validFrom != null && !validFrom.after(new Date())) {
                replace(known);
            }
        } else if (!now.equals(changing)) {
            changing = now;
        } else {
            changing = null;
            known = now;
            replace(now);
        }
    }

    private void replace(FileContents contents) {
        validFrom = null;
        try {
            Loaded loaded = load(contents);
            loaded.faults.keySet().removeAll(inForce);
            if (loaded.faults.isEmpty()) {
                use(loaded.engines);
                inForce = loaded.certificates;
                LOG.info("Certificates were reloaded: new connections get those in {}.", settings.files());
            } else {
                loaded.engines.release();
                X509Certificate first = loaded.faults.keySet().iterator().next();
                validFrom = first.getNotBefore().after(new Date()) ? first.getNotBefore() : null;
                keep(loaded.faults.get(first));
            }
        } catch (IllegalArgumentException e) {
            // Of a file, or of an engine that cannot use what they hold.
            keep(e.getMessage());
        }
    }

    private void keep(String fault) {
        failures.pass(others -> LOG.warn("The certificates stay as they were. {}{}", fault, others));
    }
}
