package dev.tandem.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdentitiesTest {

    private static Identity identity(String name) throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        return new Identity(bundle.getKeyPair().getPrivate(), bundle.getCertificatePathList());
    }

    @Test
    void oneAloneIsForEveryName() throws Exception {
        Identity alone = identity("alone.test");
        Identities identities = new Identities(List.of(alone));

        assertThat(identities.areChosenByName()).isFalse();
        assertThat(identities.of("anything")).containsExactly(alone);
    }

    @Test
    void ofSeveralEachIsForItsNameInAnyCase() throws Exception {
        Identity first = identity("first.test");
        Identity second = identity("second.test");
        Identities identities = new Identities(List.of(first, second));

        assertThat(identities.of("first.test")).containsExactly(first);
        assertThat(identities.of("SECOND.Test")).containsExactly(second);
        assertThat(identities.of("third.test")).isEmpty();
        assertThat(identities.of("")).isEmpty();
        assertThat(identities.of(".test")).isEmpty();
    }

    @Test
    void aKeyOfAnotherCertificateIsNoticed() throws Exception {
        Identity first = identity("first.test");
        Identity second = identity("second.test");

        assertThat(first.isConsistent()).isTrue();
        assertThat(new Identity(second.key(), first.chain()).isConsistent()).isFalse();
    }
}
