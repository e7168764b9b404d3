/** The contract that every transport passes. */
module dev.tandem.testkit {
    requires transitive dev.tandem.core;
    requires transitive org.junit.jupiter.api;
    requires java.management;
    requires org.assertj.core;

    exports dev.tandem.testkit;
}
