package dev.tandem.transport.iouring;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class IoUringArchitectureTest {

    private static final String OWN = "dev.tandem.transport.iouring..";

    @Test
    void dependsOfOursOnlyOnTheBoundary() {
        classes()
                .that()
                .resideInAPackage(OWN)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("dev.tandem.."))
                        .or(resideInAnyPackage(OWN, "dev.tandem.transport", "dev.tandem.transport.linux"))
                        .as("are not Tandem's, or belong to the boundary"))
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.tandem.transport.iouring"));
    }
}
