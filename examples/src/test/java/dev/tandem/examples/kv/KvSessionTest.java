package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.examples.kv.resp.RespLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvSessionTest {

    private long nowMillis = 1_700_000_000_000L;
    private final KvEngine engine = new KvEngine(KvSettings.defaults(), () -> nowMillis);
    private final List<String> pushed = new ArrayList<>();
    private final KvSession session = open();

    @Test
    void keysLiveAsLongAsTheyWereGiven() {
        reply("SET", "k", "v", "PX", "1500");
        assertThat(reply("PTTL", "k")).isEqualTo(":1500\r\n");
        assertThat(reply("TTL", "k")).isEqualTo(":2\r\n");
        nowMillis += 1_499;
        assertThat(reply("PTTL", "k")).isEqualTo(":1\r\n");
        assertThat(reply("GET", "k")).isEqualTo("$1\r\nv\r\n");
        nowMillis += 1;
        assertThat(reply("GET", "k")).isEqualTo("$-1\r\n");
        assertThat(reply("SET", "k", "v", "XX")).isEqualTo("$-1\r\n");
        assertThat(reply("DBSIZE")).isEqualTo(":0\r\n");
    }

    @Test
    void aTickRemovesExpiredKeysNobodyAsksFor() {
        for (int i = 0; i < 100; i++) {
            reply("SET", "k" + i, "v", "EX", "1");
        }
        nowMillis += 1_000;
        assertThat(reply("DBSIZE")).isEqualTo(":100\r\n");
        assertThat(reply("KEYS", "*")).isEqualTo("*0\r\n");
        engine.tick();
        assertThat(reply("DBSIZE")).isEqualTo(":0\r\n");
        assertThat(reply("INFO", "stats")).contains("expired_keys:100\r\n");
    }

    @Test
    void publishedMessagesReachSubscribersInTheirProtocol() {
        List<String> toOther = new ArrayList<>();
        KvSession other = engine.open(message -> toOther.add(text(message)), "peer", "local");
        EngineReply.of(other, "HELLO", "3");
        EngineReply.of(other, "SUBSCRIBE", "c");
        reply("SUBSCRIBE", "c", "d");
        KvSession publisher = open();

        assertThat(EngineReply.of(publisher, "PUBLISH", "c", "hi")).isEqualTo(":2\r\n");
        assertThat(EngineReply.of(publisher, "PUBLISH", "d", "ho")).isEqualTo(":1\r\n");
        assertThat(EngineReply.of(publisher, "PUBLISH", "e", "hu")).isEqualTo(":0\r\n");

        assertThat(pushed)
                .containsExactly(
                        "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n",
                        "*3\r\n$7\r\nmessage\r\n$1\r\nd\r\n$2\r\nho\r\n");
        assertThat(toOther).containsExactly(">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
    }

    @Test
    void aClosedSessionReceivesNothingMore() {
        reply("SUBSCRIBE", "c");
        session.close();
        session.close();
        assertThat(EngineReply.of(open(), "PUBLISH", "c", "hi")).isEqualTo(":0\r\n");
        assertThat(pushed).isEmpty();
        assertThat(EngineReply.of(open(), "INFO", "clients")).contains("connected_clients:2\r\n");
    }

    @Test
    void clientsAreListed() {
        reply("CLIENT", "SETNAME", "me");
        reply("CLIENT", "SETINFO", "LIB-NAME", "lib");
        KvSession other = open();
        nowMillis += 5_000;
        String list = reply("CLIENT", "LIST");
        assertThat(list)
                .contains("id=1 addr=1.2.3.4:5 laddr=6.7.8.9:10 name=me age=5 idle=0 flags=N db=0 sub=0")
                .contains("cmd=client|list user=default redir=-1 resp=2 lib-name=lib lib-ver=\n")
                .contains("id=" + other.id() + " ")
                .contains("idle=5 ")
                .contains("cmd=NULL ");
    }

    @Test
    void helloChoosesTheProtocol() {
        String resp3 = reply("HELLO", "3", "AUTH", "default", "x", "SETNAME", "me");
        assertThat(resp3).startsWith("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n").contains("$5\r\nproto\r\n:3\r\n");
        assertThat(reply("GET", "k")).isEqualTo("_\r\n");
        assertThat(reply("CLIENT", "GETNAME")).isEqualTo("$2\r\nme\r\n");
        assertThat(reply("INFO", "cluster")).isEqualTo("=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n");
        assertThat(reply("HELLO")).startsWith("%7\r\n");
        assertThat(reply("HELLO", "2")).startsWith("*14\r\n").contains("$5\r\nproto\r\n:2\r\n");
    }

    @Test
    void everyCommandDescribesItself() {
        String all = reply("COMMAND");
        assertThat(all).startsWith("*" + count(reply("COMMAND", "COUNT")) + "\r\n");
        assertThat(all).contains("$14\r\nclient|setname\r\n:3\r\n");
        assertThat(reply("COMMAND", "DOCS")).startsWith("*" + 2 * count(reply("COMMAND", "COUNT")) + "\r\n");
        assertThat(reply("COMMAND", "LIST")).contains("$3\r\nget\r\n").doesNotContain("|");
        assertThat(reply("CLIENT", "HELP")).contains("+SETNAME\r\n+    Names the connection.\r\n");
    }

    @Test
    void commandsWaitWhenThereIsMuchToSend() {
        KvEngine small = new KvEngine(new KvSettings(RespLimits.DEFAULT, 1 << 20, 10), () -> nowMillis);
        KvSession narrow = small.open(message -> {}, "peer", "local");
        ByteBuf in = Unpooled.copiedBuffer("PING\r\nPING\r\nPING\r\n", StandardCharsets.US_ASCII);
        ByteBuf out = Unpooled.buffer();
        assertThat(narrow.execute(in, out)).isEqualTo(KvSession.Progress.NEEDS_ROOM);
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n+PONG\r\n");
        assertThat(in.readableBytes()).isEqualTo(6);
        assertThat(narrow.execute(in, out.clear())).isEqualTo(KvSession.Progress.NEEDS_INPUT);
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n");
    }

    @Test
    void commandsThatNeedMemoryAreRefusedWhenThereIsNone() {
        KvEngine small = new KvEngine(new KvSettings(RespLimits.DEFAULT, 1 << 20, 1 << 16), () -> nowMillis);
        KvSession full = small.open(message -> {}, "peer", "local");
        String refused = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
        EngineReply.of(full, "SET", "big", "v".repeat(2 << 20));
        assertThat(EngineReply.of(full, "SET", "k", "v")).isEqualTo(refused);
        assertThat(EngineReply.of(full, "APPEND", "big", "v")).isEqualTo(refused);
        assertThat(EngineReply.of(full, "STRLEN", "big")).isEqualTo(":2097152\r\n");
        assertThat(EngineReply.of(full, "DEL", "big")).isEqualTo(":1\r\n");
        assertThat(EngineReply.of(full, "SET", "k", "v")).isEqualTo("+OK\r\n");
    }

    @Test
    void aValueGrowsNoLargerThanAnArgument() {
        KvEngine small =
                new KvEngine(new KvSettings(new RespLimits(16, 100, 200, 64), 1 << 20, 1 << 16), () -> nowMillis);
        KvSession growing = small.open(message -> {}, "peer", "local");
        assertThat(EngineReply.of(growing, "APPEND", "k", "v".repeat(60))).isEqualTo(":60\r\n");
        assertThat(EngineReply.of(growing, "APPEND", "k", "v".repeat(60)))
                .isEqualTo("-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n");
        assertThat(EngineReply.of(growing, "APPEND", "k", "v".repeat(40))).isEqualTo(":100\r\n");
    }

    @Test
    void aCommandOfThousandsOfArgumentsIsExecuted() {
        String[] mset = new String[20_003];
        mset[0] = "MSET";
        for (int i = 1; i < mset.length - 2; i += 2) {
            mset[i] = "k";
            mset[i + 1] = "v";
        }
        mset[20_001] = "k2";
        mset[20_002] = "v2";
        assertThat(reply(mset)).isEqualTo("+OK\r\n");
        assertThat(reply("GET", "k2")).isEqualTo("$2\r\nv2\r\n");
    }

    @Test
    void keysOfAllKindsAreFoundByScanAndKeys() {
        for (int i = 0; i < 500; i++) {
            reply("SET", "k" + i, "v");
        }
        assertThat(reply("KEYS", "*")).startsWith("*500\r\n");
        assertThat(reply("KEYS", "k1?")).startsWith("*10\r\n");
        assertThat(reply("SCAN", "0", "COUNT", "1000")).startsWith("*2\r\n$1\r\n0\r\n*500\r\n");
        assertThat(reply("SCAN", "0", "COUNT", "10")).doesNotStartWith("*2\r\n$1\r\n0\r\n");
    }

    @Test
    void keysForWhichThereWasNoRoomAreNotFoundByTheNextCommand() {
        reply("SET", "k", "v");
        ByteBuf keys = Unpooled.wrappedBuffer(WireCase.command("KEYS", "*"));
        ByteBuf noRoom = Unpooled.buffer(0, 4);
        assertThatThrownBy(() -> open().execute(keys, noRoom)).isInstanceOf(IndexOutOfBoundsException.class);

        assertThat(reply("KEYS", "other")).isEqualTo("*0\r\n");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new KvSettings(RespLimits.DEFAULT, 0, 1))
                .hasMessage("memoryBytesMax must be at least 1048576, but was 0.");
        assertThatThrownBy(() -> new KvSettings(RespLimits.DEFAULT, 1 << 20, 0))
                .hasMessage("replyBytesMark must be at least 1, but was 0.");
    }

    private KvSession open() {
        return engine.open(message -> pushed.add(text(message)), "1.2.3.4:5", "6.7.8.9:10");
    }

    private String reply(String... arguments) {
        return EngineReply.of(session, arguments);
    }

    private static int count(String integerReply) {
        return Integer.parseInt(integerReply.substring(1, integerReply.length() - 2));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
