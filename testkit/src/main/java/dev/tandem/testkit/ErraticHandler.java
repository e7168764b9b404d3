package dev.tandem.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Makes random calls in random events, but legal ones, and verifies what it receives. */
final class ErraticHandler {

    private final Witness witness;
    private final Pattern pattern;
    private final Random random;
    private boolean sending;
    private boolean outputShutdown;

    /** Only what an event throws is the transport's business. Who throws while the connection is accepted hears no more. */
    private boolean inEvent;

    private ErraticHandler(Witness witness, Pattern pattern, long seed) {
        this.witness = witness;
        this.pattern = pattern;
        this.random = new Random(seed);
    }

    static void on(Witness witness, Pattern pattern, long seed) {
        ErraticHandler handler = new ErraticHandler(witness, pattern, seed);
        witness.onReceived(handler::onReceived);
        witness.onReceiveEnd(handler::act);
        witness.onSent(bytes -> handler.onSent());
        witness.onFailed(why -> handler.act());
        witness.onClosed(handler::act);
        if (handler.random.nextInt(20) == 0) {
            witness.refuse();
        } else {
            witness.resume();
            handler.act();
            handler.inEvent = true;
        }
    }

    private void onReceived(ByteBuf loan) {
        pattern.verify(witness.received(), loan);
        if (!sending && !outputShutdown && random.nextInt(4) == 0) {
            sending = witness.sendLoan(loan);
        }
        act();
    }

    private void onSent() {
        sending = witness.isSending();
        act();
    }

    private void act() {
        int calls = random.nextInt(3);
        for (int i = 0; i < calls; i++) {
            call();
        }
    }

    private void actInTask() {
        inEvent = false;
        act();
        inEvent = true;
    }

    private void call() {
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> witness.resume();
            case 3, 4 -> pauseForAWhile();
            case 5, 6, 7, 8, 9 -> send();
            case 10 -> shutdownOutput();
            case 11 -> witness.onSoonest(this::actInTask);
            case 12 -> witness.close();
            case 13 -> witness.abort();
            case 14 -> fail();
            default -> {
                // Nothing is something, too.
            }
        }
    }

    private void fail() {
        if (inEvent) {
            throw new IllegalStateException("thrown by the test");
        }
    }

    private void pauseForAWhile() {
        witness.pause();
        witness.socket().loop().schedule(witness::resume, random.nextInt(2_000_000), TimeUnit.NANOSECONDS);
    }

    private void send() {
        if (!sending && !outputShutdown) {
            int size = 1 + random.nextInt(random.nextBoolean() ? 100 : 100_000);
            ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(size).writeZero(size);
            if (witness.isClosing()) {
                witness.socket().send(bytes);
                bytes.release();
            } else {
                sending = true;
                witness.sendAndRelease(bytes);
            }
        }
    }

    private void shutdownOutput() {
        if (!sending) {
            outputShutdown = true;
            witness.shutdownOutput();
        }
    }
}
