package dev.tandem.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;

/**
 * All identities of a server, found by the name that a client asks for (SNI, RFC 6066). Who asks for none gets the first. One
 * who asks for a name that none of several is for gets nothing; if there is one only, it is for everybody.
 */
final class Identities {

    private final List<Identity> all;
    private final Map<String, List<Identity>> byName = new HashMap<>();

    Identities(List<Identity> all) {
        this.all = List.copyOf(all);
        for (Identity identity : all) {
            for (String name : identity.hostNames()) {
                byName.computeIfAbsent(name, first -> new ArrayList<>()).add(identity);
            }
        }
    }

    /** The name that the client of a session asks for, or has asked for; empty if for none. */
    static Optional<String> nameAskedFor(SSLSession session) {
        return session instanceof ExtendedSSLSession extended
                ? extended.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                : Optional.empty();
    }

    List<Identity> all() {
        return all;
    }

    /** Whether clients are told apart by the name they ask for. */
    boolean areChosenByName() {
        return all.size() > 1;
    }

    /** Those for this name, which stands for itself or as a wildcard for its first label (RFC 6125, 6.4.3). */
    List<Identity> of(String hostName) {
        if (!areChosenByName()) {
            return all;
        }
        String name = hostName.toLowerCase(Locale.ROOT);
        List<Identity> exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        return dot <= 0 ? List.of() : byName.getOrDefault("*" + name.substring(dot), List.of());
    }
}
