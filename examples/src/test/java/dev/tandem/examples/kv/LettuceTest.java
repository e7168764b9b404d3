package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.connection.CloseReason;
import dev.tandem.endtoend.Await;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce, in both protocol versions: synchronous, asynchronous, as a subscriber, and across lost connections. */
class LettuceTest extends KvClients {

    static {
        // It reports each lost connection, which is what these tests are about.
        System.setProperty("org.slf4j.simpleLogger.log.io.lettuce", "error");
    }

    private RedisClient client(ProtocolVersion version) {
        ClientResources resources = ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .reconnectDelay(Delay.constant(Duration.ofMillis(5)))
                .build();
        closeAfterwards(() -> resources
                .shutdown(0, Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .get());
        RedisClient client = RedisClient.create(
                resources,
                RedisURI.builder()
                        .withHost(HOST)
                        .withPort(server.port())
                        .withClientName("lettuce-test")
                        .withTimeout(Await.PATIENCE)
                        .build());
        client.setOptions(ClientOptions.builder().protocolVersion(version).build());
        return closeAfterwards(client);
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void valuesAreSetReadCountedAndDeleted(ProtocolVersion version) {
        RedisCommands<String, String> redis = client(version).connect().sync();

        assertThat(redis.ping()).isEqualTo("PONG");
        assertThat(redis.echo("straße")).isEqualTo("straße");
        assertThat(redis.clientGetname()).isEqualTo("lettuce-test");
        assertThat(redis.set("k", "v")).isEqualTo("OK");
        assertThat(redis.get("k")).isEqualTo("v");
        assertThat(redis.get("none")).isNull();
        assertThat(redis.set("k", "w", SetArgs.Builder.nx())).isNull();
        assertThat(redis.set("k", "w", SetArgs.Builder.xx().px(100_000))).isEqualTo("OK");
        assertThat(redis.pttl("k")).isBetween(1L, 100_000L);
        assertThat(redis.persist("k")).isTrue();
        assertThat(redis.ttl("k")).isEqualTo(-1);
        assertThat(redis.append("k", "xyz")).isEqualTo(4);
        assertThat(redis.strlen("k")).isEqualTo(4);
        assertThat(redis.type("k")).isEqualTo("string");
        assertThat(redis.incrby("n", 42)).isEqualTo(42);
        assertThat(redis.decr("n")).isEqualTo(41);
        assertThat(redis.mset(Map.of("a", "1", "b", "2"))).isEqualTo("OK");
        assertThat(redis.mget("a", "none", "b"))
                .containsExactly(KeyValue.just("a", "1"), KeyValue.empty("none"), KeyValue.just("b", "2"));
        assertThat(redis.keys("?")).containsExactlyInAnyOrder("k", "n", "a", "b");
        assertThat(redis.exists("a", "b", "none")).isEqualTo(2);
        assertThat(redis.del("a", "b", "none")).isEqualTo(2);
        assertThat(redis.dbsize()).isEqualTo(2);
        assertThat(redis.select(1)).isEqualTo("OK");
        assertThat(redis.dbsize()).isZero();
        assertThat(redis.configGet("maxmemory-policy")).containsEntry("maxmemory-policy", "noeviction");
        assertThat(redis.info("server")).contains("redis_version:");
        assertThat(redis.command()).isNotEmpty();
        assertThat(redis.flushall()).isEqualTo("OK");
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void anErrorReplyIsAnExceptionAndTheConnectionGoesOn(ProtocolVersion version) {
        RedisCommands<String, String> redis = client(version).connect().sync();
        redis.set("k", "text");

        assertThatThrownBy(() -> redis.incr("k"))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessage("ERR value is not an integer or out of range");
        assertThatThrownBy(() -> redis.lpush("k", "x"))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("unknown command 'LPUSH'");
        assertThat(redis.get("k")).isEqualTo("text");
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void thousandsOfCommandsInFlightAreAnsweredInOrder(ProtocolVersion version) throws Exception {
        int count = 5_000;
        RedisAsyncCommands<String, String> redis = client(version).connect().async();
        List<RedisFuture<String>> read = new ArrayList<>();
        List<RedisFuture<Long>> counted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            redis.set("key:" + i, "value:" + i);
            read.add(redis.get("key:" + i));
            counted.add(redis.incr("n"));
        }
        for (int i = 0; i < count; i++) {
            assertThat(await(read.get(i))).isEqualTo("value:" + i);
            assertThat(await(counted.get(i))).isEqualTo(i + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void bytesOfEveryKindComeBackAsTheyWere(ProtocolVersion version) {
        RedisCommands<byte[], byte[]> redis =
                client(version).connect(ByteArrayCodec.INSTANCE).sync();
        byte[] value = new byte[3 << 20];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i * 31);
        }
        redis.set(value, value);
        assertThat(redis.get(value)).isEqualTo(value);
        redis.set(new byte[0], new byte[0]);
        assertThat(redis.get(new byte[0])).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void scanFindsEveryKeyOnce(ProtocolVersion version) {
        RedisCommands<String, String> redis = client(version).connect().sync();
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            expected.put("key:" + i, "v");
        }
        redis.mset(expected);
        redis.set("other", "v");

        List<String> found = new ArrayList<>();
        ScanArgs args = ScanArgs.Builder.matches("key:*").limit(100);
        KeyScanCursor<String> cursor = redis.scan(args);
        found.addAll(cursor.getKeys());
        while (!cursor.isFinished()) {
            cursor = redis.scan(cursor, args);
            found.addAll(cursor.getKeys());
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void aSubscriberReceivesWhatIsPublishedUntilItUnsubscribes(ProtocolVersion version) throws Exception {
        RedisClient client = client(version);
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        StatefulRedisPubSubConnection<String, String> subscriber = subscriber(client, events);
        RedisCommands<String, String> publisher = client.connect().sync();

        subscriber.sync().subscribe("a", "b");
        assertThat(next(events)).isEqualTo("subscribed a 1");
        assertThat(next(events)).isEqualTo("subscribed b 2");
        for (int i = 0; i < 500; i++) {
            assertThat(publisher.publish(i % 2 == 0 ? "a" : "b", "message " + i))
                    .isOne();
        }
        for (int i = 0; i < 500; i++) {
            assertThat(next(events)).isEqualTo((i % 2 == 0 ? "a" : "b") + ": message " + i);
        }
        // In RESP2 a subscriber's PING is answered with a message, whose text, here empty, Lettuce takes for the reply.
        assertThat(subscriber.sync().ping()).isEqualTo(version == ProtocolVersion.RESP2 ? "" : "PONG");

        subscriber.sync().unsubscribe("a", "b");
        assertThat(next(events)).isEqualTo("unsubscribed a 1");
        assertThat(next(events)).isEqualTo("unsubscribed b 0");
        assertThat(publisher.publish("a", "nobody listens")).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void aClientConnectsAgainAfterItsConnectionIsReset(ProtocolVersion version) throws Exception {
        RedisClient client = client(version);
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        subscriber(client, events).sync().subscribe("news");
        assertThat(next(events)).isEqualTo("subscribed news 1");
        RedisCommands<String, String> redis = client.connect().sync();
        redis.select(3);
        redis.set("k", "before");

        resetConnections();
        // A client may be back on one loop before the other has noticed that it was gone.
        Await.value("connections that were reset", 2, () -> closed(server, CloseReason.ABORTED));
        assertThat(next(events)).isEqualTo("subscribed news 1");
        assertThat(redis.get("k")).isEqualTo("before");
        assertThat(redis.clientGetname()).isEqualTo("lettuce-test");
        assertThat(redis.publish("news", "after")).isOne();
        assertThat(next(events)).isEqualTo("news: after");
        assertThat(server.closeReasons()).containsOnly(Map.entry(CloseReason.ABORTED, 2L));
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void commandsSentWhileTheServerIsDownAreAnsweredByTheNextOneOnItsPort(ProtocolVersion version) throws Exception {
        RedisClient client = client(version);
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        subscriber(client, events).sync().subscribe("news");
        assertThat(next(events)).isEqualTo("subscribed news 1");
        StatefulRedisConnection<String, String> connection = client.connect();
        connection.sync().set("k", "before");
        int port = server.port();

        server.close();
        Await.until("the client has noticed", () -> !connection.isOpen());
        RedisFuture<String> waiting = connection.async().get("k");
        RedisFuture<Long> counted = connection.async().incr("n");
        server = serve(port);

        assertThat(await(waiting)).isEqualTo("before");
        assertThat(await(counted)).isOne();
        assertThat(next(events)).isEqualTo("subscribed news 1");
        assertThat(connection.sync().publish("news", "after")).isOne();
        assertThat(next(events)).isEqualTo("news: after");
    }

    private static <T> T await(RedisFuture<T> future) throws Exception {
        return future.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static String next(BlockingQueue<String> events) throws InterruptedException {
        return events.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static StatefulRedisPubSubConnection<String, String> subscriber(
            RedisClient client, BlockingQueue<String> events) {
        StatefulRedisPubSubConnection<String, String> connection = client.connectPubSub();
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                events.add(channel + ": " + message);
            }

            @Override
            public void subscribed(String channel, long count) {
                events.add("subscribed " + channel + " " + count);
            }

            @Override
            public void unsubscribed(String channel, long count) {
                events.add("unsubscribed " + channel + " " + count);
            }
        });
        return connection;
    }
}
