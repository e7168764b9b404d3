/** Netty's channel handlers on Tandem's connections. */
module dev.tandem.netty {
    requires transitive dev.tandem.core;
    requires transitive io.netty.transport;
    requires io.netty.buffer;
    requires io.netty.common;

    exports dev.tandem.netty;
}
