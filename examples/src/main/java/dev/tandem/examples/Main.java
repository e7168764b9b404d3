package dev.tandem.examples;

import dev.tandem.examples.http.Http;
import dev.tandem.examples.kv.Kv;
import dev.tandem.examples.proxy.Proxy;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the example that the first argument names. */
@Command(
        name = "tandem",
        description = "Servers built on Tandem.",
        subcommands = {Echo.class, Frames.class, Chat.class, Kv.class, Http.class, Proxy.class})
public final class Main implements Runnable {

    /** The exit code for a mistake of the user. */
    static final int USER_MISTAKE = 2;

    @Spec
    private CommandSpec spec;

    /** Runs the example and exits with its code: 0 after a clean end, 2 for a mistake in the call. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String[] arguments) {
        return new CommandLine(new Main())
                .setParameterExceptionHandler(Main::onBadOption)
                .setExecutionExceptionHandler((e, command, parsed) -> onFailure(e, command))
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name an example: " + String.join(", ", names()) + ".");
    }

    private Iterable<String> names() {
        return spec.subcommands().keySet();
    }

    private static int onBadOption(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        System.err.println(
                name + ": " + e.getMessage().lines().findFirst().orElse("bad option") + " See '" + name + " --help'.");
        return USER_MISTAKE;
    }

    /** What fails at the start is the host's or the user's doing: a line, not a stack trace. */
    private static int onFailure(Exception e, CommandLine command) throws Exception {
        if (ExampleServer.isUsersMistake(e)) {
            System.err.println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage());
            return USER_MISTAKE;
        }
        throw e;
    }
}
