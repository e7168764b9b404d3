package dev.tandem.examples.kv;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Commands whose first argument says what they do. They are rare, so they are found by their names as strings. */
final class Subcommands {

    private static final Map<String, Command> BY_NAME = new HashMap<>();

    static {
        for (Command command : Command.values()) {
            BY_NAME.put(command.fullName, command);
        }
    }

    private Subcommands() {}

    static void help(KvSession session) {
        String container = session.info.lastCommand.fullName.split("\\|")[0];
        List<Command> subcommands = BY_NAME.get(container).subcommands();
        session.reply.array(1 + 2 * subcommands.size());
        session.reply.status(
                container.toUpperCase(Locale.ROOT) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (Command subcommand : subcommands) {
            session.reply.status(
                    subcommand.fullName.substring(container.length() + 1).toUpperCase(Locale.ROOT));
            session.reply.status("    " + subcommand.summary);
        }
    }

    /** The command of this name, in whatever case, or null. A subcommand's name has a bar. */
    static Command find(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }
}
