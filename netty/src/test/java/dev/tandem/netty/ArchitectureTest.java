package dev.tandem.netty;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The bridge needs a connection and nothing else: not a server, and no engine. */
class ArchitectureTest {

    @Test
    void theBridgeKnowsConnectionsOnly() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.tandem..")
                        .and(DescribedPredicate.not(resideInAnyPackage("dev.tandem.netty", "dev.tandem.connection"))))
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.tandem.netty"));
    }
}
