package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.endtoend.Await;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** Jedis, in both protocol versions: one connection, a pool, a pipeline, a subscriber. */
class JedisTest extends KvClients {

    private static final int CONNECTIONS = 4;

    private RedisClient pooled(RedisProtocol protocol) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        // Its thread would outlive the test.
        pool.setTestWhileIdle(false);
        pool.setTestOnBorrow(true);
        return closeAfterwards(RedisClient.builder()
                .hostAndPort(HOST, server.port())
                .clientConfig(config(protocol))
                .poolConfig(pool)
                .build());
    }

    private Jedis single(RedisProtocol protocol) {
        return closeAfterwards(new Jedis(HOST, server.port(), config(protocol)));
    }

    private static DefaultJedisClientConfig config(RedisProtocol protocol) {
        return DefaultJedisClientConfig.builder()
                .protocol(protocol)
                .clientName("jedis-test")
                .timeoutMillis((int) Await.PATIENCE.toMillis())
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void valuesAreSetReadCountedAndDeleted(RedisProtocol protocol) {
        Jedis jedis = single(protocol);

        assertThat(jedis.ping()).isEqualTo("PONG");
        assertThat(jedis.echo("straße")).isEqualTo("straße");
        assertThat(jedis.clientGetname()).isEqualTo("jedis-test");
        assertThat(jedis.set("k", "v")).isEqualTo("OK");
        assertThat(jedis.get("k")).isEqualTo("v");
        assertThat(jedis.get("none")).isNull();
        assertThat(jedis.set("k", "w", SetParams.setParams().nx())).isNull();
        assertThat(jedis.set("k", "w", SetParams.setParams().xx().ex(100))).isEqualTo("OK");
        assertThat(jedis.ttl("k")).isBetween(1L, 100L);
        assertThat(jedis.persist("k")).isOne();
        assertThat(jedis.append("k", "xyz")).isEqualTo(4);
        assertThat(jedis.strlen("k")).isEqualTo(4);
        assertThat(jedis.type("k")).isEqualTo("string");
        assertThat(jedis.incr("n")).isOne();
        assertThat(jedis.incrBy("n", 41)).isEqualTo(42);
        assertThat(jedis.decr("n")).isEqualTo(41);
        assertThat(jedis.mset("a", "1", "b", "2")).isEqualTo("OK");
        assertThat(jedis.mget("a", "none", "b")).containsExactly("1", null, "2");
        assertThat(jedis.keys("?")).containsExactlyInAnyOrder("k", "n", "a", "b");
        assertThat(jedis.exists("a", "b", "none")).isEqualTo(2);
        assertThat(jedis.del("a", "b", "none")).isEqualTo(2);
        assertThat(jedis.dbSize()).isEqualTo(2);
        assertThat(jedis.select(1)).isEqualTo("OK");
        assertThat(jedis.dbSize()).isZero();
        assertThat(jedis.configGet("maxmemory-policy")).containsEntry("maxmemory-policy", "noeviction");
        assertThat(jedis.info("server")).contains("redis_version:");
        assertThat(jedis.flushAll()).isEqualTo("OK");
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void anErrorReplyIsAnExceptionAndTheConnectionGoesOn(RedisProtocol protocol) {
        Jedis jedis = single(protocol);
        jedis.set("k", "text");

        assertThatThrownBy(() -> jedis.incr("k"))
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR value is not an integer or out of range");
        assertThatThrownBy(() -> jedis.lpush("k", "x"))
                .isInstanceOf(JedisDataException.class)
                .hasMessageContaining("unknown command 'LPUSH'");
        assertThat(jedis.get("k")).isEqualTo("text");
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void bytesOfEveryKindAndSizeComeBackAsTheyWere(RedisProtocol protocol) {
        Jedis jedis = single(protocol);
        for (int size : new int[] {0, 1, 4_095, 65_536, 1 << 20, 5 << 20}) {
            byte[] value = new byte[size];
            for (int i = 0; i < size; i++) {
                value[i] = (byte) (i * 31 + size);
            }
            byte[] key = {0, '\r', '\n', (byte) 0xff, (byte) size};
            jedis.set(key, value);
            assertThat(jedis.get(key)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void aPoolSharedByThreadsLosesNoIncrement(RedisProtocol protocol) {
        int threads = 8;
        int each = 200;
        RedisClient pool = pooled(protocol);
        List<CompletableFuture<Void>> done = IntStream.range(0, threads)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < each; i++) {
                        pool.incr("shared");
                        pool.set("own:" + thread, Integer.toString(i));
                        assertThat(pool.get("own:" + thread)).isEqualTo(Integer.toString(i));
                    }
                }))
                .toList();
        done.forEach(CompletableFuture::join);

        assertThat(pool.get("shared")).isEqualTo(Integer.toString(threads * each));
        assertThat(server.connections()).isBetween(1, CONNECTIONS);
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void aPipelineOfThousandsIsAnsweredInOrder(RedisProtocol protocol) {
        int count = 5_000;
        List<Response<String>> read = new ArrayList<>();
        List<Response<Long>> counted = new ArrayList<>();
        try (Pipeline pipeline = pooled(protocol).pipelined()) {
            for (int i = 0; i < count; i++) {
                pipeline.set("key:" + i, "value:" + i);
                read.add(pipeline.get("key:" + i));
                counted.add(pipeline.incr("n"));
            }
            Response<Long> failing = pipeline.incr("key:0");
            pipeline.sync();
            assertThatThrownBy(failing::get).hasMessageContaining("not an integer");
        }

        for (int i = 0; i < count; i++) {
            assertThat(read.get(i).get()).isEqualTo("value:" + i);
            assertThat(counted.get(i).get()).isEqualTo(i + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void scanFindsEveryKeyOnce(RedisProtocol protocol) {
        Jedis jedis = single(protocol);
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            expected.add("key:" + i);
        }
        String[] pairs =
                expected.stream().flatMap(key -> List.of(key, "v").stream()).toArray(String[]::new);
        jedis.mset(pairs);
        jedis.set("other", "v");

        List<String> found = new ArrayList<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> page =
                    jedis.scan(cursor, new ScanParams().match("key:*").count(100));
            found.addAll(page.getResult());
            cursor = page.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void aSubscriberReceivesWhatIsPublishedUntilItUnsubscribes(RedisProtocol protocol) throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        JedisPubSub subscriber = recording(events);
        Jedis listening = single(protocol);
        CompletableFuture<Void> listener = CompletableFuture.runAsync(() -> listening.subscribe(subscriber, "a", "b"));
        assertThat(next(events)).isEqualTo("subscribed a 1");
        assertThat(next(events)).isEqualTo("subscribed b 2");

        Jedis publisher = single(protocol);
        for (int i = 0; i < 1_000; i++) {
            assertThat(publisher.publish(i % 2 == 0 ? "a" : "b", "message " + i))
                    .isOne();
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(next(events)).isEqualTo((i % 2 == 0 ? "a" : "b") + ": message " + i);
        }
        assertThat(publisher.publish("c", "nobody listens")).isZero();

        if (protocol == RedisProtocol.RESP2) {
            // In RESP3 Jedis sends the PING first and only then notes whom to tell of its reply, which may be here
            // before.
            subscriber.ping("still there");
            assertThat(next(events)).isEqualTo("pong still there");
        }
        subscriber.unsubscribe("a");
        assertThat(next(events)).isEqualTo("unsubscribed a 1");
        assertThat(publisher.publish("a", "nobody listens")).isZero();
        subscriber.unsubscribe();
        assertThat(next(events)).isEqualTo("unsubscribed b 0");
        listener.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(listening.ping()).isEqualTo("PONG");
    }

    private static String next(BlockingQueue<String> events) throws InterruptedException {
        return events.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static JedisPubSub recording(BlockingQueue<String> events) {
        return new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                events.add(channel + ": " + message);
            }

            @Override
            public void onSubscribe(String channel, int count) {
                events.add("subscribed " + channel + " " + count);
            }

            @Override
            public void onUnsubscribe(String channel, int count) {
                events.add("unsubscribed " + channel + " " + count);
            }

            @Override
            public void onPong(String text) {
                events.add("pong " + text);
            }
        };
    }
}
