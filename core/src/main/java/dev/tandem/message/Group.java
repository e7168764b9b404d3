package dev.tandem.message;

import dev.tandem.codec.Codec;
import dev.tandem.connection.Connection;
import dev.tandem.connection.Encoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that get the same messages: a room, a topic, everybody. Its methods may be called from any thread, and what one
 * thread asks for happens in the order in which it asked.
 *
 * <p>A message is encoded once, whatever the number of members. Each loop that has members gets one task, which copies the
 * bytes to them; each member's connection sends once per turn of its loop, however many messages it got.
 *
 * <p>A member that does not read holds up nobody: what it does not take waits at its own connection, which is closed at its
 * bounds ({@code OUTBOUND_OVERFLOW}, {@code WRITE_STALLED}). A session that ends leaves by itself.
 *
 * @param <O> the messages sent
 */
public final class Group<O> {

    private static final Logger LOG = LoggerFactory.getLogger(Group.class);

    // The reader index stays where it is, because several loops copy from the same bytes.
    private static final Encoder<ByteBuf> COPY =
            (bytes, out) -> out.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());

    private final Codec<?, O> codec;
    private final Wire<O> wire;
    private final Map<EventLoop, Members> members = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();

    /**
     * A group without members.
     *
     * @param codec the one that its members are served with
     */
    public Group(Codec<?, O> codec) {
        this.codec = Objects.requireNonNull(codec, "codec");
        this.wire = new Wire<>(codec);
    }

    /**
     * Makes the session a member; does nothing if it is one, or has ended.
     *
     * @throws IllegalArgumentException if the session is served with another codec
     */
    public void join(Session<O> session) {
        if (session.codec() != codec) {
            throw new IllegalArgumentException(
                    "A member must be served with the codec of the group, but " + session + " has another one.");
        }
        EventLoop loop = session.connection().loop();
        Members here = members.computeIfAbsent(loop, Members::new);
        session.onJoining();
        here.run(() -> {
            session.onJoiningDone();
            here.add(session);
        });
    }

    /** Makes the session a member no longer; does nothing if it is none. */
    public void leave(Session<O> session) {
        Members here = members.get(session.connection().loop());
        if (here != null) {
            here.run(() -> here.remove(session));
        }
    }

    /**
     * Sends to all members. What another thread sends is held for each loop until that takes it over, and counts against a
     * member's bounds from then on only: whoever sends more than the loops can take, all the time, has to slow down by itself.
     *
     * @throws dev.tandem.codec.FrameException or what else the codec throws, if it cannot be encoded; nothing is sent
     */
    public void send(O message) {
        send(message, null);
    }

    /** Sends like {@link #send(Object)}, but not to {@code except}. */
    public void send(O message, Session<O> except) {
        if (members.isEmpty()) {
            return;
        }
        ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer();
        try {
            wire.encode(message, bytes);
            for (Members here : members.values()) {
                here.send(bytes.retain(), except);
            }
        } finally {
            bytes.release();
        }
    }

    /** How many members there are. What other threads have just asked for may not be counted yet. */
    public int size() {
        return size.get();
    }

    /** The members on one loop. For its thread, but for {@link #run}, {@link #send} and the count. */
    final class Members {

        private final EventLoop loop;
        private final Set<Session<O>> sessions = new LinkedHashSet<>();

        /** How many messages of other threads the loop has not taken over yet. */
        private final AtomicInteger handedOver = new AtomicInteger();

        Members(EventLoop loop) {
            this.loop = loop;
        }

        void run(Runnable task) {
            if (loop.inEventLoop()) {
                task.run();
            } else {
                try {
                    loop.execute(task);
                } catch (RejectedExecutionException loopHasEnded) {
                    members.remove(loop, this);
                }
            }
        }

        /** Sends to the sessions here, and releases the bytes. */
        void send(ByteBuf bytes, Session<O> except) {
            if (loop.inEventLoop()) {
                copy(bytes, except);
            } else {
                handedOver.incrementAndGet();
                try {
                    loop.execute(() -> {
                        handedOver.decrementAndGet();
                        copy(bytes, except);
                    });
                } catch (RejectedExecutionException loopHasEnded) {
                    handedOver.decrementAndGet();
                    bytes.release();
                    members.remove(loop, this);
                }
            }
        }

        boolean isBehindOthers() {
            return handedOver.get() > 0;
        }

        private void copy(ByteBuf bytes, Session<O> except) {
            try {
                for (Session<O> session : sessions) {
                    if (session != except) {
                        copy(bytes, session.connection());
                    }
                }
            } finally {
                bytes.release();
            }
        }

        private void copy(ByteBuf bytes, Connection connection) {
            try {
                connection.write(bytes, COPY);
            } catch (IllegalStateException outputWasShutDown) {
                LOG.debug("{} gets no more messages: its output was shut down.", connection);
            }
        }

        void add(Session<O> session) {
            if (!session.hasEnded() && sessions.add(session)) {
                session.onJoined(this);
                size.incrementAndGet();
            }
        }

        void remove(Session<O> session) {
            if (sessions.remove(session)) {
                session.onLeft(this);
                size.decrementAndGet();
            }
        }
    }
}
