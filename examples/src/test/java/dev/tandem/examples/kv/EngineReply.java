package dev.tandem.examples.kv;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** What a session replies, as text with one character for each byte. */
final class EngineReply {

    private EngineReply() {}

    static String of(KvSession session, byte[] request) {
        ByteBuf in = Unpooled.wrappedBuffer(request);
        StringBuilder reply = new StringBuilder();
        KvSession.Progress progress;
        do {
            ByteBuf out = Unpooled.buffer();
            progress = session.execute(in, out);
            reply.append(out.toString(StandardCharsets.ISO_8859_1));
        } while (progress == KvSession.Progress.NEEDS_ROOM);
        return reply.toString();
    }

    static String of(KvSession session, String... arguments) {
        return of(session, WireCase.command(arguments));
    }
}
