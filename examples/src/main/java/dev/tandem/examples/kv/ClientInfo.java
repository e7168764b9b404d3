package dev.tandem.examples.kv;

/** What CLIENT LIST says about one connection, beside what its session knows. */
final class ClientInfo {

    final String peer;
    final String local;
    final long openedMillis;
    long usedMillis;
    Command lastCommand;
    String name = "";
    String libraryName = "";
    String libraryVersion = "";

    ClientInfo(String peer, String local, long nowMillis) {
        this.peer = peer;
        this.local = local;
        openedMillis = nowMillis;
        usedMillis = nowMillis;
    }

    /** Sets the name, unless it has characters that would make a line of CLIENT LIST ambiguous. */
    boolean rename(String newName) {
        boolean valid = isOneWord(newName);
        if (valid) {
            name = newName;
        }
        return valid;
    }

    static boolean isOneWord(String text) {
        return text.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    String line(KvSession session, long nowMillis) {
        return "id=" + session.id()
                + " addr=" + peer
                + " laddr=" + local
                + " name=" + name
                + " age=" + (nowMillis - openedMillis) / 1000
                + " idle=" + (nowMillis - usedMillis) / 1000
                + " flags=" + (session.subscriptions.isEmpty() ? "N" : "P")
                + " db=" + session.databaseIndex()
                + " sub=" + session.subscriptions.size()
                + " psub=0 ssub=0 multi=-1"
                + " cmd=" + (lastCommand == null ? "NULL" : lastCommand.fullName)
                + " user=default redir=-1"
                + " resp=" + session.reply.protocol()
                + " lib-name=" + libraryName
                + " lib-ver=" + libraryVersion
                + "\n";
    }
}
