package dev.tandem.benchmarks.server;

import java.net.InetSocketAddress;
import java.util.Map;

/** A server that sends back what it receives: every byte, or every length-prefixed frame. */
interface EchoServer {

    /** Binds and serves until the process ends. Returns the address that was bound. */
    InetSocketAddress start(ServerSettings settings) throws Exception;

    /**
     * What is really in use, asked of the running parts and never of the settings: transport, kernel features, versions.
     * The first connections may add to it.
     */
    Map<String, String> verdict();
}
