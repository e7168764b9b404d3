package dev.tandem.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Chooses an identity for what the other side can verify, and in a server for the name that the client asks for. */
class IdentityKeyManager extends X509ExtendedKeyManager {

    private final Identities identities;

    IdentityKeyManager(Identities identities) {
        this.identities = identities;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return alias(candidates(engine), keyType);
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return Arrays.stream(keyTypes)
                .map(keyType -> alias(identities.all(), keyType))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private String alias(List<Identity> candidates, String keyType) {
        return candidates.stream()
                .filter(identity -> identity.keyType().equals(keyType))
                .findFirst()
                .map(identity -> Integer.toString(identities.all().indexOf(identity)))
                .orElse(null);
    }

    private List<Identity> candidates(SSLEngine engine) {
        return Identities.nameAskedFor(engine.getHandshakeSession())
                .map(identities::of)
                .orElse(identities.all());
    }

    private Identity of(String alias) {
        return identities.all().get(Integer.parseInt(alias));
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key();
    }

    // ---- Engines ask none of these ----

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException();
    }
}
