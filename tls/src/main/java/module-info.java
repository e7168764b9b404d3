/** TLS between any transport and its connections. */
module dev.tandem.tls {
    requires transitive dev.tandem.core;
    requires transitive io.netty.handler;
    requires org.slf4j;

    exports dev.tandem.tls;
}
