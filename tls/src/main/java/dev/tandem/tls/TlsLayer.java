package dev.tandem.tls;

import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.log.LogLimit;
import dev.tandem.transport.StreamSocket;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS at work for one server: its certificates, the threads on which handshakes are computed, and the buffers of each loop. */
final class TlsLayer implements RunningLayer {

    private static final Logger LOG = LoggerFactory.getLogger(TlsLayer.class);

    /** A client may have a layer for each of many servers, and few handshakes. */
    private static final int WORKER_IDLE_SECONDS = 10;

    private final TlsSettings settings;
    private final Certificates certificates;
    private final HandshakePlaces places;
    private final ThreadPoolExecutor workers;

    /** Of each loop, for as long as there is that loop: a client may outlive many. */
    private final Map<IoEventLoop, LoopBuffers> buffers = Collections.synchronizedMap(new WeakHashMap<>());

    private final LogLimit failures = new LogLimit();

    TlsLayer(TlsSettings settings) {
        this.settings = settings;
        this.certificates = new Certificates(settings);
        this.places = new HandshakePlaces(settings.handshakes().max());
        int threads = Runtime.getRuntime().availableProcessors();
        // Not bounded by its queue, because each handshake that has a place has at most one task.
        this.workers = new ThreadPoolExecutor(
                threads,
                threads,
                WORKER_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("tandem-tls", true));
        workers.allowCoreThreadTimeOut(true);
        certificates.watch();
    }

    @Override
    public LayerEvents begin(StreamSocket socket, Upper upper) {
        TlsSocket secured = new TlsSocket(this, socket, upper);
        if (isOfClient()) {
            secured.speakFirst();
        }
        socket.resumeReceiving();
        return secured;
    }

    @Override
    public Duration deadline() {
        return settings.handshakes().timeout();
    }

    /** Whether this end speaks first. */
    boolean isOfClient() {
        return settings.isClient();
    }

    ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    HandshakePlaces places() {
        return places;
    }

    /** An engine for a connection of this loop, with the certificates of this moment. */
    RecordEngine newEngine(IoEventLoop loop) {
        return new RecordEngine(
                certificates.newEngine(allocator()),
                buffers.computeIfAbsent(loop, created -> new LoopBuffers(!settings.isOpenSsl())));
    }

    /** Does the expensive part of a handshake on another thread; false, and nothing is done, if the server has ended. */
    boolean execute(Runnable task) {
        try {
            workers.execute(task);
            return true;
        } catch (RejectedExecutionException serverHasEnded) {
            LOG.debug("The server has ended; a handshake is dropped.");
            return false;
        }
    }

    /** Runs a task on the loop of a socket, unless that has ended. */
    static void onLoop(StreamSocket socket, Runnable task) {
        try {
            socket.loop().execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            LOG.debug("The loop of {} has ended; a task of it is dropped.", socket);
        }
    }

    /** A connection ends because its peer has broken the rules of TLS. */
    void logFailure(StreamSocket socket, String because) {
        failures.pass(others -> LOG.warn(
                "The connection from {} is closed with TLS_FAILED: {}.{}", socket.remoteAddress(), because, others));
    }

    @Override
    public void close() {
        certificates.close();
        workers.shutdown();
    }
}
