package dev.tandem.benchmarks.run;

import dev.tandem.benchmarks.server.Protocol;
import java.io.Closeable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A server under test that is running. */
final class ServerProcess implements Closeable {

    private static final double START_SECONDS_MAX = 30;
    private static final double ANSWER_SECONDS_MAX = 10;
    private static final String READY = "listening on ";

    private final Contender contender;
    private final String name;
    private final ChildProcess process;
    private final String host;
    private final int port;

    private ServerProcess(Contender contender, String name, ChildProcess process, String address) {
        this.contender = contender;
        this.name = name;
        this.process = process;
        int colon = address.lastIndexOf(':');
        host = address.substring(0, colon);
        port = Integer.parseInt(address.substring(colon + 1));
    }

    /** Starts a server; it accepts connections when this returns. */
    static ServerProcess start(Launch launch, Contender contender, Protocol protocol, String instance)
            throws LoadFailed {
        ChildProcess process =
                ChildProcess.start(instance, launch.serverCommand(contender, protocol), launch.log(instance));
        try {
            String line = process.line(START_SECONDS_MAX);
            if (!line.startsWith(READY)) {
                throw new LoadFailed(instance + " said '" + line + "' instead of where it listens.");
            }
            return new ServerProcess(contender, instance, process, line.substring(READY.length()));
        } catch (LoadFailed e) {
            process.close();
            throw e;
        }
    }

    /** In logs and messages. */
    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** The options that tell a driver where it is. */
    List<String> asDriverOptions() {
        return List.of("--host", host, "--port", Integer.toString(port), "--server-pid", Long.toString(pid()));
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String logTail() {
        return process.logTail();
    }

    /** What the server answers to a command; nothing if it is one that takes no commands. */
    Map<String, String> ask(String command) throws LoadFailed {
        Map<String, String> answer = new TreeMap<>();
        if (contender.isC()) {
            return answer;
        }
        process.say(command);
        for (String line = process.line(ANSWER_SECONDS_MAX); !line.isEmpty(); line = process.line(ANSWER_SECONDS_MAX)) {
            int equals = line.indexOf('=');
            answer.put(line.substring(0, equals), line.substring(equals + 1));
        }
        return answer;
    }

    @Override
    public void close() {
        process.close();
    }
}
