package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespException;
import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.resp.RespWriter;
import dev.tandem.examples.kv.store.KeyValueStore;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One connection's conversation. Its state is guarded by the engine's lock, because another connection may publish to it
 * or list it.
 */
final class KvSession {

    /** Why {@link #execute} returned. */
    enum Progress {
        /** Every complete command was executed; what is left of the input is the beginning of one. */
        NEEDS_INPUT,
        /** There is as much to send as the mark asks for, or more. Call again with the rest of the input when it is sent. */
        NEEDS_ROOM,
        /** The conversation is over. Send what there is, then close; no more input is read. */
        CLOSING
    }

    final KvEngine engine;
    final RespReader args;
    final RespWriter reply = new RespWriter();
    final Outbox outbox;
    final Set<Channels.Name> subscriptions = new LinkedHashSet<>();
    final ClientInfo info;

    private final long id;
    private int databaseIndex;
    private KeyValueStore store;
    private boolean closing;

    KvSession(KvEngine engine, long id, Outbox outbox, String peer, String local) {
        this.engine = engine;
        this.id = id;
        this.outbox = outbox;
        args = new RespReader(engine.settings.limits());
        info = new ClientInfo(peer, local, engine.nowMillis());
        store = engine.database(0);
    }

    /**
     * Executes the commands that {@code in} holds, in order, and appends their replies to {@code out}, until {@code out}
     * has as many bytes as the mark says; at least one command is executed if one is complete. Moves the reader index of
     * {@code in} behind the last command executed; what is left is to be handed in again with more behind it.
     */
    Progress execute(ByteBuf in, ByteBuf out) {
        synchronized (engine) {
            engine.beginChunk();
            info.usedMillis = engine.nowMillis();
            reply.target(out);
            try {
                return executeAll(in, out);
            } catch (RespException wrong) {
                reply.error(wrong.getMessage());
                closing = true;
                return Progress.CLOSING;
            } finally {
                reply.target(null);
            }
        }
    }

    private Progress executeAll(ByteBuf in, ByteBuf out) {
        int mark = engine.settings.replyBytesMark();
        int preparedFor = 0;
        while (true) {
            if (preparedFor == 0 && !args.isUnfinished()) {
                preparedFor = engine.lookAhead(in, store);
            }
            if (!args.next(in)) {
                return Progress.NEEDS_INPUT;
            }
            preparedFor = Math.max(0, preparedFor - 1);
            executeOne();
            if (closing) {
                return Progress.CLOSING;
            }
            if (out.readableBytes() >= mark) {
                return Progress.NEEDS_ROOM;
            }
        }
    }

    private void executeOne() {
        engine.stats.commandsProcessed++;
        Command command = CommandTable.find(args.bytes(), args.offset(0), args.length(0));
        if (command == null) {
            UnknownCommand.reject(this);
            return;
        }
        if (command.isContainer && args.count() > 1) {
            executeSubcommand(command);
        } else {
            execute(command);
        }
    }

    private void executeSubcommand(Command container) {
        Command command = Subcommands.find(container.fullName + "|" + text(1));
        if (command == null) {
            UnknownCommand.rejectSubcommand(this, container);
        } else {
            execute(command);
        }
    }

    private void execute(Command command) {
        if (!command.accepts(args.count())) {
            wrongArgumentCount(command);
        } else if (!subscriptions.isEmpty() && reply.protocol() == 2 && !command.isForSubscribers) {
            error("ERR Can't execute '" + command.fullName + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT"
                    + " / RESET are allowed in this context");
        } else if (command.mayNeedMemory && engine.isFull()) {
            error("OOM command not allowed when used memory > 'maxmemory'.");
        } else {
            info.lastCommand = command;
            command.handler.run(this);
        }
    }

    /** Ends the conversation, whoever wished it. Nothing is pushed to it afterwards. */
    void close() {
        synchronized (engine) {
            engine.channels.unsubscribeAll(this);
            engine.forget(this);
        }
    }

    /** Makes the command that runs the last one. */
    void closeAfterReply() {
        closing = true;
    }

    long id() {
        return id;
    }

    KeyValueStore store() {
        return store;
    }

    int databaseIndex() {
        return databaseIndex;
    }

    void select(int database) {
        databaseIndex = database;
        store = engine.database(database);
    }

    /** The bytes of an argument, one character each. */
    String text(int argument) {
        return args.bytes().toString(args.offset(argument), args.length(argument), StandardCharsets.ISO_8859_1);
    }

    /** Whether an argument is a number, which {@code engine.decimal} then has. Answers with an error if it is not. */
    boolean isNumber(int argument) {
        if (engine.decimal.parse(args.bytes(), args.offset(argument), args.length(argument))) {
            return true;
        }
        error("ERR value is not an integer or out of range");
        return false;
    }

    byte[] find(int argument) {
        byte[] entry = store.find(args.bytes(), args.offset(argument), args.length(argument));
        if (entry == null) {
            engine.stats.keyspaceMisses++;
        } else {
            engine.stats.keyspaceHits++;
        }
        return entry;
    }

    void error(String text) {
        engine.stats.errorReplies++;
        reply.error(text);
    }

    void syntaxError() {
        error("ERR syntax error");
    }

    void wrongArgumentCount(Command command) {
        error("ERR wrong number of arguments for '" + command.fullName + "' command");
    }
}
