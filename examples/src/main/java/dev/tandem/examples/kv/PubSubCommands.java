package dev.tandem.examples.kv;

import dev.tandem.examples.kv.resp.RespReader;
import dev.tandem.examples.kv.resp.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;

/** Commands on channels. Each channel of a SUBSCRIBE or UNSUBSCRIBE is confirmed by a message of its own. */
final class PubSubCommands {

    private PubSubCommands() {}

    static void subscribe(KvSession session) {
        for (int i = 1; i < session.args.count(); i++) {
            Channels.Name channel = name(session, i);
            session.engine.channels.subscribe(session, channel);
            confirm(session, "subscribe", channel);
        }
    }

    static void unsubscribe(KvSession session) {
        if (session.args.count() > 1) {
            for (int i = 1; i < session.args.count(); i++) {
                unsubscribe(session, name(session, i));
            }
        } else if (session.subscriptions.isEmpty()) {
            confirm(session, "unsubscribe", null);
        } else {
            List.copyOf(session.subscriptions).forEach(channel -> unsubscribe(session, channel));
        }
    }

    private static void unsubscribe(KvSession session, Channels.Name channel) {
        session.engine.channels.unsubscribe(session, channel);
        confirm(session, "unsubscribe", channel);
    }

    private static void confirm(KvSession session, String what, Channels.Name channel) {
        RespWriter reply = session.reply;
        reply.push(3);
        reply.bulk(what);
        if (channel == null) {
            reply.nullBulk();
        } else {
            reply.bulk(channel.bytes);
        }
        reply.integer(session.subscriptions.size());
    }

    static void publish(KvSession session) {
        Channels.Name channel = name(session, 1);
        byte[][] encoded = new byte[2][];
        // A copy, because pushing may end a connection that does not keep up, and so its subscriptions.
        List<KvSession> subscribers = List.copyOf(session.engine.channels.subscribers(channel));
        for (KvSession subscriber : subscribers) {
            if (subscriber == session) {
                // Its own message stands where it published it: after what it was answered before, and before the
                // reply.
                writeMessage(session.reply, channel, session.args);
            } else {
                subscriber.outbox.push(encode(encoded, subscriber.reply.protocol(), channel, session.args));
            }
        }
        session.reply.integer(subscribers.size());
    }

    /** The message in a protocol version, encoded once for all subscribers that speak it. */
    private static byte[] encode(byte[][] encoded, int protocol, Channels.Name channel, RespReader args) {
        int index = protocol - 2;
        if (encoded[index] == null) {
            ByteBuf out = Unpooled.buffer(64 + channel.bytes.length + args.length(2));
            RespWriter writer = new RespWriter();
            writer.protocol(protocol);
            writer.target(out);
            writeMessage(writer, channel, args);
            encoded[index] = ByteBufUtil.getBytes(out);
        }
        return encoded[index];
    }

    private static void writeMessage(RespWriter to, Channels.Name channel, RespReader args) {
        to.push(3);
        to.bulk("message");
        to.bulk(channel.bytes);
        to.bulk(args.bytes(), args.offset(2), args.length(2));
    }

    private static Channels.Name name(KvSession session, int argument) {
        RespReader args = session.args;
        return session.engine.channels.name(args.bytes(), args.offset(argument), args.length(argument));
    }
}
