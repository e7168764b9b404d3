package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** COMMAND and its subcommands, from which clients learn what this server understands. */
final class CommandCommands {

    private static final List<Command> ALL = Stream.of(Command.values())
            .filter(command -> !command.isSubcommand())
            .toList();

    private CommandCommands() {}

    static void count(KvSession session) {
        session.reply.integer(ALL.size());
    }

    static void list(KvSession session) {
        session.reply.array(ALL.size());
        ALL.forEach(command -> session.reply.bulk(command.fullName));
    }

    static void all(KvSession session) {
        session.reply.array(ALL.size());
        ALL.forEach(command -> describe(session.reply, command));
    }

    static void info(KvSession session) {
        if (session.args.count() == 2) {
            all(session);
            return;
        }
        List<Command> named = named(session);
        session.reply.array(named.size());
        for (Command command : named) {
            if (command == null) {
                session.reply.nullArray();
            } else {
                describe(session.reply, command);
            }
        }
    }

    static void docs(KvSession session) {
        List<Command> documented = session.args.count() == 2
                ? ALL
                : named(session).stream().filter(command -> command != null).toList();
        session.reply.map(documented.size());
        documented.forEach(command -> document(session.reply, command));
    }

    private static List<Command> named(KvSession session) {
        return IntStream.range(2, session.args.count())
                .mapToObj(i -> Subcommands.find(session.text(i)))
                .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    }

    /** Ten elements, as of Redis 7; tips and key specifications are left empty. */
    private static void describe(RespWriter reply, Command command) {
        List<Command> subcommands = command.subcommands();
        reply.array(10);
        reply.bulk(command.fullName);
        reply.integer(command.arity);
        statuses(reply, command.flags);
        reply.integer(command.keys.first);
        reply.integer(command.keys.last);
        reply.integer(command.keys.step);
        statuses(reply, categories(command));
        reply.set(0);
        reply.set(0);
        reply.array(subcommands.size());
        subcommands.forEach(subcommand -> describe(reply, subcommand));
    }

    private static void statuses(RespWriter reply, List<String> texts) {
        reply.set(texts.size());
        texts.forEach(reply::status);
    }

    private static List<String> categories(Command command) {
        List<String> categories = new ArrayList<>();
        categories.add("@" + (command.group == Command.Group.GENERIC ? "keyspace" : command.group));
        categories.add(command.flags.contains("fast") ? "@fast" : "@slow");
        if (command.flags.contains("readonly")) {
            categories.add("@read");
        }
        if (command.flags.contains("write")) {
            categories.add("@write");
        }
        return categories;
    }

    private static void document(RespWriter reply, Command command) {
        List<Command> subcommands = command.subcommands();
        reply.bulk(command.fullName);
        reply.map(subcommands.isEmpty() ? 2 : 3);
        reply.bulk("summary");
        reply.bulk(command.summary);
        reply.bulk("group");
        reply.bulk(command.group.toString().toLowerCase(Locale.ROOT));
        if (!subcommands.isEmpty()) {
            reply.bulk("subcommands");
            reply.map(subcommands.size());
            subcommands.forEach(subcommand -> document(reply, subcommand));
        }
    }
}
