package dev.tandem.transport.iouring;

import dev.tandem.transport.TransportConfig;
import dev.tandem.transport.linux.LoanBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buffers of a loop that the kernel receives into (IORING_OP_PROVIDE_BUFFERS). The kernel takes one when bytes arrive,
 * in the order in which they were given, and names it in the completion; after the handler has seen the bytes the buffer
 * is given back.
 *
 * <pre>
 *   with the kernel --bytes arrived--&gt; lent to a handler --end of loan--&gt; idle --block complete--&gt; with the kernel
 * </pre>
 *
 * <p>Giving back costs an operation and a completion, so it is done a block at a time: buffers come back in the order in
 * which they were given, and when all of a block are idle one operation gives the whole block. The operations are made
 * once, so giving back allocates nothing.
 *
 * <p>Netty's loop looks for completions again and again before it runs a task, so peers that flood could hold up the tasks
 * for long. Therefore a turn ends after twenty milliseconds: what comes back after that is given to the kernel by a task, and
 * until then the flood stays in the kernel.
 *
 * <p>When the kernel finds no buffer, that receive ends with ENOBUFS, and the socket waits. At the end of the turn the idle
 * buffers of incomplete blocks are given back, and as many sockets ask again as there are buffers, each for one. Until nobody
 * waits any more all take turns, so that a flood gets no more than its share.
 */
final class ReceiveBuffers implements IoUringIoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveBuffers.class);

    /** Each loop has a ring of its own, so all can use the same number. */
    static final short GROUP = 0x7A;

    /** The number of no buffer. */
    static final int NONE = -1;

    private static final int BLOCKS = 8;

    /** With much less, a busy server runs out of buffers in every turn. */
    private static final long TURN_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

    /** To look at the clock at every loan would be a hundredth of the time that an echo takes. */
    private static final int LOANS_PER_LOOK = 8;

    private final IoEventLoop loop;
    private final int bufferBytes;
    private final boolean poison;
    private final int buffersPerBlock;
    private final CleanableDirectBuffer memory;
    private final LoanBuffer[] buffers;
    private final IoUringIoOps[] giveBlock;
    private final int[] idleInBlock;
    private final BitSet idle;
    private final ArrayDeque<IoUringSocket> waiting = new ArrayDeque<>();
    private IoRegistration registration;

    /** How many buffers the kernel has, not counting those in completions we have not seen yet. */
    private int withKernel;

    /** The number of the buffer at hand in the callback under way; none if a send has taken it over. */
    private int atHand = NONE;

    private boolean wakeQueued;

    /** When the loop last ran a task of ours that began a turn. */
    private long turnBegan = System.nanoTime();

    private boolean turnIsOver;
    private int loansSinceLook;

    ReceiveBuffers(IoEventLoop loop, TransportConfig config, RingConfig rings) {
        this.loop = loop;
        int count = rings.receiveBuffers();
        bufferBytes = config.receiveBytes();
        poison = config.poisonLoans();
        buffersPerBlock = Math.max(1, count / BLOCKS);
        memory = Buffer.allocateDirectBufferWithNativeOrder(Math.multiplyExact(count, bufferBytes));
        buffers = new LoanBuffer[count];
        idle = new BitSet(count);
        int blocks = (count + buffersPerBlock - 1) / buffersPerBlock;
        giveBlock = new IoUringIoOps[blocks];
        idleInBlock = new int[blocks];
        for (int id = 0; id < count; id++) {
            buffers[id] = new LoanBuffer(slice(id), poison);
        }
        for (int block = 0; block < blocks; block++) {
            giveBlock[block] = provide(block * buffersPerBlock, sizeOf(block));
        }
        loop.execute(this::giveAll);
    }

    private void giveAll() {
        registration = loop.register(this).getNow();
        if (registration == null && loop.isShuttingDown()) {
            return;
        }
        if (registration == null) {
            LOG.error("The receive buffers of {} could not be registered: nothing will be received.", loop);
            return;
        }
        give(provide(0, buffers.length), buffers.length);
        wakeLater();
    }

    /** Lends up to a buffer's size of bytes that are not in one of these buffers. Not to be lent again. */
    LoanBuffer lendingOf(ByteBuf bytes) {
        int size = Math.min(bytes.readableBytes(), bufferBytes);
        ByteBuffer view = bytes.internalNioBuffer(bytes.readerIndex(), size);
        return new LoanBuffer(view, poison);
    }

    /** The kernel named this buffer in a completion: it is ours, and is lent in a callback that {@link #endCallback} ends. */
    LoanBuffer take(int id) {
        withKernel--;
        atHand = id;
        return buffers[id];
    }

    /** The callback has returned: its loan ends, unless a send has taken it over. */
    void endCallback() {
        int id = atHand;
        atHand = NONE;
        if (id != NONE) {
            giveBack(id);
        }
    }

    /**
     * Lets the loan at hand last until {@link #giveBack}, for a send of any socket of the loop.
     *
     * @return the number of its buffer; {@link #NONE} if this is not the loan at hand, or if too few buffers are left for one to
     *     stay with a send for a while
     */
    int extend(ByteBuf loan) {
        int id = atHand;
        if (id == NONE || !buffers[id].isLent(loan) || withKernel <= buffers.length / 4) {
            return NONE;
        }
        atHand = NONE;
        return id;
    }

    /** The loan of a buffer has ended. */
    void giveBack(int id) {
        try {
            buffers[id].end();
        } finally {
            markIdle(id);
            // A loan that was extended for a send ends when the send completes, and no receive may follow for long.
            wakeLater();
        }
    }

    private void markIdle(int id) {
        idle.set(id);
        int block = id / buffersPerBlock;
        idleInBlock[block]++;
        if (!turnIsOver && hasTurnLasted()) {
            turnIsOver = true;
            later(this::beginTurn);
        }
        if (!turnIsOver) {
            giveIfComplete(block);
        }
    }

    private boolean hasTurnLasted() {
        if (++loansSinceLook < LOANS_PER_LOOK) {
            return false;
        }
        loansSinceLook = 0;
        return System.nanoTime() - turnBegan > TURN_NANOS_MAX;
    }

    private void beginTurn() {
        turnIsOver = false;
        turnBegan = System.nanoTime();
        for (int block = 0; block < giveBlock.length; block++) {
            giveIfComplete(block);
        }
        wakeLater();
    }

    private void giveIfComplete(int block) {
        int size = sizeOf(block);
        if (idleInBlock[block] == size) {
            idleInBlock[block] = 0;
            idle.clear(block * buffersPerBlock, block * buffersPerBlock + size);
            give(giveBlock[block], size);
        }
    }

    /**
     * Whether sockets wait for buffers. Who wants to receive then waits behind them and gets one buffer at a time: a receive
     * that goes on by itself could take every buffer that comes back, and those behind it would never have one.
     */
    boolean areScarce() {
        return !waiting.isEmpty();
    }

    /** The kernel found no buffer for {@code socket}, or others wait already. It is told when there are some again. */
    void await(IoUringSocket socket) {
        waiting.add(socket);
        wakeLater();
    }

    /** A receive has completed, so there may be buffers for those who wait. Called after every one. */
    void wakeLater() {
        if (!waiting.isEmpty() && !wakeQueued) {
            // As a task, so that all completions at hand have given back what they held.
            wakeQueued = true;
            later(this::wake);
        }
    }

    private void later(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            // Nobody will receive any more.
        }
    }

    /**
     * Lets as many sockets ask again as there are buffers, and comes back for the others when the kernel has tried these. Not
     * all of them will complete: the kernel wants a buffer before it looks whether there is something to receive, so sockets
     * without bytes wait here too.
     */
    private void wake() {
        wakeQueued = false;
        giveIdle();
        for (int left = withKernel; left > 0 && !waiting.isEmpty(); ) {
            if (waiting.poll().onBuffersAvailable()) {
                left--;
            }
        }
        if (!waiting.isEmpty() && withKernel > 0) {
            registration.submit(RingOperations.nop());
        }
    }

    /** Gives back the idle buffers of incomplete blocks. */
    private void giveIdle() {
        for (int first = idle.nextSetBit(0); first >= 0; ) {
            int end = idle.nextClearBit(first);
            give(provide(first, end - first), end - first);
            first = idle.nextSetBit(end);
        }
        idle.clear();
        Arrays.fill(idleInBlock, 0);
    }

    private void give(IoUringIoOps operation, int count) {
        withKernel += count;
        registration.submit(operation);
    }

    private IoUringIoOps provide(int firstId, int count) {
        return RingOperations.provideBuffers(firstId, count, buffers[firstId].address(), bufferBytes, GROUP);
    }

    private int sizeOf(int block) {
        return Math.min(buffersPerBlock, buffers.length - block * buffersPerBlock);
    }

    private ByteBuffer slice(int id) {
        return memory.buffer().slice(id * bufferBytes, bufferBytes);
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() == RingOperations.NOP) {
            wakeLater();
        } else if (completion.res() < 0) {
            LOG.error("Giving receive buffers to the kernel failed with error {}.", -completion.res());
        }
    }

    @Override
    public void close() {
        if (registration != null) {
            registration.cancel();
        }
    }

    /** The loop has ended, and its ring with it: the kernel no longer writes into this memory. */
    void free() {
        for (LoanBuffer buffer : buffers) {
            buffer.revoke();
        }
        memory.clean();
    }
}
