package dev.tandem.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every wire case against the engine, whole and cut in two at every place. */
class WireTest {

    static List<WireCase> cases() {
        return WireCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void repliesAreByteForByteRight(WireCase wire) {
        Conversation conversation = new Conversation(wire.resp3());
        conversation.receive(wire.request());
        conversation.assertEnd(wire);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void repliesDoNotDependOnWhereTheRequestIsCut(WireCase wire) {
        byte[] request = wire.request();
        for (int cut = 1; cut < request.length; cut++) {
            Conversation conversation = new Conversation(wire.resp3());
            conversation.receive(Arrays.copyOfRange(request, 0, cut));
            conversation.receive(Arrays.copyOfRange(request, cut, request.length));
            conversation.assertEnd(wire);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void repliesDoNotDependOnBytesComingOneByOne(WireCase wire) {
        Conversation conversation = new Conversation(wire.resp3());
        for (byte one : wire.request()) {
            conversation.receive(new byte[] {one});
        }
        conversation.assertEnd(wire);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void repliesDoNotDependOnRoomComingLittleByLittle(WireCase wire) {
        KvSettings narrow = new KvSettings(KvSettings.defaults().limits(), KvSettings.NO_MEMORY_LIMIT, 1);
        Conversation conversation = new Conversation(narrow, wire.resp3());
        conversation.receive(wire.request());
        conversation.assertEnd(wire);
    }

    /** What a connection does: keeps unread bytes, hands them in again with more behind, sends what there is. */
    static final class Conversation {

        private final KvSession session;
        private final StringBuilder sent = new StringBuilder();
        private byte[] unread = {};
        private boolean closing;

        Conversation(boolean resp3) {
            this(KvSettings.defaults(), resp3);
        }

        Conversation(KvSettings settings, boolean resp3) {
            session = new KvEngine(settings, System::currentTimeMillis).open(message -> {}, "peer", "local");
            session.reply.protocol(resp3 ? 3 : 2);
        }

        void receive(byte[] bytes) {
            if (closing) {
                return;
            }
            ByteBuf in = Unpooled.buffer();
            // A place of its own each time shows whoever remembers where bytes stood.
            in.writeZero(unread.length % 7).skipBytes(unread.length % 7);
            in.writeBytes(unread).writeBytes(bytes);
            KvSession.Progress progress;
            do {
                ByteBuf out = Unpooled.buffer(0);
                progress = session.execute(in, out);
                sent.append(out.toString(StandardCharsets.ISO_8859_1));
            } while (progress == KvSession.Progress.NEEDS_ROOM);
            closing = progress == KvSession.Progress.CLOSING;
            unread = new byte[in.readableBytes()];
            in.readBytes(unread);
        }

        void assertEnd(WireCase wire) {
            assertThat(sent.toString()).isEqualTo(new String(wire.reply(), StandardCharsets.ISO_8859_1));
            assertThat(closing).isEqualTo(wire.closes());
            if (!closing) {
                assertThat(unread).isEmpty();
            }
        }
    }
}
