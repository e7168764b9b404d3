/** What transports and codecs are tested with. */
module dev.tandem.testkit {
    requires transitive dev.tandem.core;
    requires transitive org.junit.jupiter.api;
    requires java.management;
    requires org.assertj.core;
    requires jdk.management;

    exports dev.tandem.testkit;
}
