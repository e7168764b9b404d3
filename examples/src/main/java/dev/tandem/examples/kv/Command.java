package dev.tandem.examples.kv;

import static dev.tandem.examples.kv.Command.Group.CONNECTION;
import static dev.tandem.examples.kv.Command.Group.GENERIC;
import static dev.tandem.examples.kv.Command.Group.PUBSUB;
import static dev.tandem.examples.kv.Command.Group.SERVER;
import static dev.tandem.examples.kv.Command.Group.STRING;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every command, as COMMAND INFO describes it: name, number of arguments (the name counts; negative means at least), the
 * place of its keys, flags, and what runs it. A name with a bar is a subcommand.
 */
enum Command {
    APPEND("append", 3, Keys.ONE, "write denyoom fast", STRING, "Appends to a value.", StringCommands::append),
    DECR("decr", 2, Keys.ONE, "write denyoom fast", STRING, "Takes one from a number.", StringCommands::decr),
    DECRBY("decrby", 3, Keys.ONE, "write denyoom fast", STRING, "Takes from a number.", StringCommands::decrBy),
    GET("get", 2, Keys.ONE, "readonly fast", STRING, "Returns a value.", StringCommands::get),
    GETDEL("getdel", 2, Keys.ONE, "write fast", STRING, "Returns a value and deletes its key.", StringCommands::getDel),
    GETSET(
            "getset",
            3,
            Keys.ONE,
            "write denyoom fast",
            STRING,
            "Returns a value, sets another.",
            StringCommands::getSet),
    INCR("incr", 2, Keys.ONE, "write denyoom fast", STRING, "Adds one to a number.", StringCommands::incr),
    INCRBY("incrby", 3, Keys.ONE, "write denyoom fast", STRING, "Adds to a number.", StringCommands::incrBy),
    MGET("mget", -2, Keys.ALL, "readonly fast", STRING, "Returns several values.", StringCommands::mget),
    MSET("mset", -3, Keys.PAIRS, "write denyoom", STRING, "Sets several values.", StringCommands::mset),
    PSETEX("psetex", 4, Keys.ONE, "write denyoom", STRING, "Sets a value for milliseconds.", StringCommands::psetex),
    SET("set", -3, Keys.ONE, "write denyoom", STRING, "Sets a value.", StringCommands::set),
    SETEX("setex", 4, Keys.ONE, "write denyoom", STRING, "Sets a value for seconds.", StringCommands::setex),
    SETNX("setnx", 3, Keys.ONE, "write denyoom fast", STRING, "Sets a value if there is none.", StringCommands::setnx),
    STRLEN("strlen", 2, Keys.ONE, "readonly fast", STRING, "Returns a value's length.", StringCommands::strlen),

    DEL("del", -2, Keys.ALL, "write", GENERIC, "Deletes keys.", KeyCommands::del),
    EXISTS("exists", -2, Keys.ALL, "readonly fast", GENERIC, "Counts keys that are there.", KeyCommands::exists),
    EXPIRE("expire", -3, Keys.ONE, "write fast", GENERIC, "Expires a key in seconds.", ExpiryCommands::expire),
    EXPIREAT("expireat", -3, Keys.ONE, "write fast", GENERIC, "Expires a key at a second.", ExpiryCommands::expireAt),
    KEYS("keys", 2, Keys.NONE, "readonly", GENERIC, "Returns keys that match.", KeyCommands::keys),
    PERSIST("persist", 2, Keys.ONE, "write fast", GENERIC, "Removes a key's expiry.", ExpiryCommands::persist),
    PEXPIRE("pexpire", -3, Keys.ONE, "write fast", GENERIC, "Expires in milliseconds.", ExpiryCommands::pexpire),
    PEXPIREAT("pexpireat", -3, Keys.ONE, "write fast", GENERIC, "Expires at a time.", ExpiryCommands::pexpireAt),
    PTTL("pttl", 2, Keys.ONE, "readonly fast", GENERIC, "Returns milliseconds to live.", ExpiryCommands::pttl),
    SCAN("scan", -2, Keys.NONE, "readonly", GENERIC, "Walks through the keys.", KeyCommands::scan),
    TOUCH("touch", -2, Keys.ALL, "readonly fast", GENERIC, "Counts keys that are there.", KeyCommands::exists),
    TTL("ttl", 2, Keys.ONE, "readonly fast", GENERIC, "Returns seconds to live.", ExpiryCommands::ttl),
    TYPE("type", 2, Keys.ONE, "readonly fast", GENERIC, "Returns what a key holds.", KeyCommands::type),
    UNLINK("unlink", -2, Keys.ALL, "write fast", GENERIC, "Deletes keys.", KeyCommands::del),

    AUTH("auth", -2, Keys.NONE, "noscript fast", CONNECTION, "Presents a password.", ConnectionCommands::auth),
    CLIENT("client", -2, Keys.NONE, "", CONNECTION, "Commands about connections.", Subcommands::help),
    CLIENT_GETNAME("client|getname", 2, "Returns the connection's name.", ClientCommands::getName),
    CLIENT_HELP("client|help", 2, "Lists the subcommands.", Subcommands::help),
    CLIENT_ID("client|id", 2, "Returns the connection's number.", ClientCommands::id),
    CLIENT_INFO("client|info", 2, "Describes the connection.", ClientCommands::info),
    CLIENT_LIST("client|list", -2, "Describes all connections.", ClientCommands::list),
    CLIENT_NO_EVICT("client|no-evict", 3, "Accepted; nothing is evicted.", ClientCommands::onOrOff),
    CLIENT_NO_TOUCH("client|no-touch", 3, "Accepted; nothing is touched.", ClientCommands::onOrOff),
    CLIENT_SETINFO("client|setinfo", 4, "Names the client's library.", ClientCommands::setInfo),
    CLIENT_SETNAME("client|setname", 3, "Names the connection.", ClientCommands::setName),
    ECHO("echo", 2, Keys.NONE, "fast", CONNECTION, "Returns its argument.", ConnectionCommands::echo),
    HELLO(
            "hello",
            -1,
            Keys.NONE,
            "noscript fast",
            CONNECTION,
            "Chooses a protocol version.",
            ConnectionCommands::hello),
    PING("ping", -1, Keys.NONE, "fast", CONNECTION, "Returns PONG.", ConnectionCommands::ping),
    QUIT("quit", -1, Keys.NONE, "noscript fast", CONNECTION, "Closes the connection.", ConnectionCommands::quit),
    RESET("reset", 1, Keys.NONE, "noscript fast", CONNECTION, "Resets the connection.", ConnectionCommands::reset),
    SELECT("select", 2, Keys.NONE, "fast", CONNECTION, "Chooses a database.", ConnectionCommands::select),

    COMMAND("command", -1, Keys.NONE, "", SERVER, "Says what commands take.", CommandCommands::all),
    COMMAND_COUNT("command|count", 2, "Counts commands.", CommandCommands::count),
    COMMAND_DOCS("command|docs", -2, "Says what commands do.", CommandCommands::docs),
    COMMAND_HELP("command|help", 2, "Lists the subcommands.", Subcommands::help),
    COMMAND_INFO("command|info", -2, "Says what commands take.", CommandCommands::info),
    COMMAND_LIST("command|list", 2, "Names all commands.", CommandCommands::list),
    CONFIG("config", -2, Keys.NONE, "", SERVER, "Commands about settings.", Subcommands::help),
    CONFIG_GET("config|get", -3, "Returns settings that match.", ConfigCommands::get),
    CONFIG_HELP("config|help", 2, "Lists the subcommands.", Subcommands::help),
    CONFIG_RESETSTAT("config|resetstat", 2, "Resets the counts of INFO.", ConfigCommands::resetStat),
    CONFIG_SET("config|set", -4, "Refused; settings are given at start.", ConfigCommands::set),
    DBSIZE("dbsize", 1, Keys.NONE, "readonly fast", SERVER, "Counts keys.", KeyCommands::dbSize),
    FLUSHALL("flushall", -1, Keys.NONE, "write", SERVER, "Deletes all keys.", KeyCommands::flushAll),
    FLUSHDB("flushdb", -1, Keys.NONE, "write", SERVER, "Deletes a database's keys.", KeyCommands::flushDb),
    FUNCTION("function", -2, Keys.NONE, "", SERVER, "There are no functions.", Subcommands::help),
    FUNCTION_FLUSH("function|flush", -2, "Accepted; there are no functions.", KeyCommands::flushFunctions),
    FUNCTION_HELP("function|help", 2, "Lists the subcommands.", Subcommands::help),
    INFO("info", -1, Keys.NONE, "", SERVER, "Describes the server.", InfoCommand::info),

    PUBLISH("publish", 3, Keys.NONE, "pubsub fast", PUBSUB, "Sends to a channel.", PubSubCommands::publish),
    SUBSCRIBE("subscribe", -2, Keys.NONE, "pubsub", PUBSUB, "Listens to channels.", PubSubCommands::subscribe),
    UNSUBSCRIBE("unsubscribe", -1, Keys.NONE, "pubsub", PUBSUB, "Stops listening.", PubSubCommands::unsubscribe);

    /** Runs a command whose arguments are there in the right number, and writes its one reply. */
    @FunctionalInterface
    interface Handler {
        void run(KvSession session);
    }

    /** Where keys stand among the arguments: the first, the last (negative counts from the end), and the step. */
    enum Keys {
        NONE(0, 0, 0),
        ONE(1, 1, 1),
        ALL(1, -1, 1),
        PAIRS(1, -1, 2);

        final int first;
        final int last;
        final int step;

        Keys(int first, int last, int step) {
            this.first = first;
            this.last = last;
            this.step = step;
        }
    }

    /** What a command is about, as COMMAND DOCS groups them. */
    enum Group {
        STRING,
        GENERIC,
        CONNECTION,
        SERVER,
        PUBSUB;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The name in lower case; a subcommand's begins with its container's and a bar. */
    final String fullName;

    final int arity;
    final Keys keys;
    final List<String> flags;
    final Group group;
    final String summary;
    final Handler handler;
    final boolean mayNeedMemory;
    /** Whether a RESP2 connection that listens to channels may send it. */
    final boolean isForSubscribers;
    /** Whether its first argument, where there is one, names a subcommand that is run instead. */
    final boolean isContainer;

    Command(String fullName, int arity, Keys keys, String flags, Group group, String summary, Handler handler) {
        this.fullName = fullName;
        this.arity = arity;
        this.keys = keys;
        this.flags = Stream.of(flags.split(" ")).filter(flag -> !flag.isEmpty()).toList();
        this.group = group;
        this.summary = summary;
        this.handler = handler;
        mayNeedMemory = this.flags.contains("denyoom");
        isForSubscribers =
                List.of("ping", "quit", "reset", "subscribe", "unsubscribe").contains(fullName);
        isContainer = List.of("client", "command", "config", "function").contains(fullName);
    }

    Command(String fullName, int arity, String summary, Handler handler) {
        this(fullName, arity, Keys.NONE, "", Group.SERVER, summary, handler);
    }

    boolean accepts(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }

    boolean isSubcommand() {
        return fullName.indexOf('|') >= 0;
    }

    List<Command> subcommands() {
        return Stream.of(values())
                .filter(command -> command.fullName.startsWith(fullName + "|"))
                .toList();
    }
}
