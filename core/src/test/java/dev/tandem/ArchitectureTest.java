package dev.tandem;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Dependencies point one way.
 *
 * <pre>
 *             client
 *               |
 *             server
 *            /      \
 *        message    layer
 *        /     \      |
 *    codec    connection
 *                 |
 *             transport  &lt;-  transport.linux
 * </pre>
 */
class ArchitectureTest {

    private static final String TRANSPORT = "dev.tandem.transport";
    private static final String LINUX = "dev.tandem.transport.linux";
    private static final String CONNECTION = "dev.tandem.connection..";
    private static final String CODEC = "dev.tandem.codec..";
    private static final String MESSAGE = "dev.tandem.message..";
    private static final String LAYER = "dev.tandem.layer";
    private static final String PROXY_PROTOCOL = "dev.tandem.proxyprotocol";
    private static final String SERVER = "dev.tandem.server..";
    private static final String CLIENT = "dev.tandem.client..";
    private static final String LOG = "dev.tandem.log";

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tandem");

    @Test
    void transportDependsOnNothingOfOurs() {
        classes()
                .that()
                .resideInAPackage(TRANSPORT)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(TRANSPORT))
                .check(CORE);
    }

    @Test
    void linuxDependsOnlyOnTransport() {
        classes()
                .that()
                .resideInAPackage(LINUX)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(TRANSPORT, LINUX))
                .check(CORE);
    }

    @Test
    void connectionDependsOnlyOnTransport() {
        classes()
                .that()
                .resideInAPackage(CONNECTION)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(TRANSPORT, CONNECTION, LOG))
                .check(CORE);
    }

    @Test
    void layerDependsOnlyOnConnectionAndTransport() {
        classes()
                .that()
                .resideInAPackage(LAYER)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(TRANSPORT, CONNECTION, LAYER))
                .check(CORE);
    }

    @Test
    void codecDependsOnNothingOfOurs() {
        classes()
                .that()
                .resideInAPackage(CODEC)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(CODEC))
                .check(CORE);
    }

    @Test
    void logDependsOnNothingOfOurs() {
        classes()
                .that()
                .resideInAPackage(LOG)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(LOG))
                .check(CORE);
    }

    @Test
    void messageDependsOnlyOnConnectionAndCodec() {
        classes()
                .that()
                .resideInAPackage(MESSAGE)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(CONNECTION, CODEC, MESSAGE, LOG))
                .check(CORE);
    }

    @Test
    void proxyProtocolIsALayerLikeAnyOther() {
        classes()
                .that()
                .resideInAPackage(PROXY_PROTOCOL)
                .should()
                .onlyDependOnClassesThat(isNotOursBut(TRANSPORT, CONNECTION, LAYER, PROXY_PROTOCOL))
                .check(CORE);
    }

    @Test
    void serverDoesNotKnowTheClient() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLIENT)
                .check(CORE);
    }

    @Test
    void onlyTheTransportsKnowTheKernel() {
        noClasses()
                .that()
                .resideInAnyPackage(CONNECTION, CODEC, MESSAGE, SERVER, CLIENT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        LINUX, "io.netty.channel.epoll..", "io.netty.channel.uring..", "io.netty.channel.unix..")
                .check(CORE);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.tandem.(**)").should().beFreeOfCycles().check(CORE);
    }

    private static DescribedPredicate<JavaClass> isNotOursBut(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage("dev.tandem.."))
                .or(resideInAnyPackage(packages))
                .as("are not Tandem's, or reside in %s", String.join(", ", packages));
    }
}
