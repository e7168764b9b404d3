package dev.tandem.benchmarks.jmh;

import dev.tandem.benchmarks.driver.Load;
import dev.tandem.benchmarks.driver.LoadOptions;
import dev.tandem.benchmarks.host.ProcessUsage;
import dev.tandem.benchmarks.host.SystemCallCount;
import dev.tandem.benchmarks.run.MeasuredServer;
import dev.tandem.benchmarks.server.Protocol;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole servers, each in a process of its own, under a closed loop of this process. The score is throughput over the
 * loopback device; what the server spends on a message stands in the secondary results.
 *
 * <p>One thread drives the load. The state is the benchmark's and not the thread's, because JMH makes a state of a thread
 * anew for every state that refers to it.
 *
 * <p>There is no SampleTime here: in a closed loop a slow reply delays the next request, so its percentiles are not latency
 * under load. {@code tandem bench rate-c50-64b-p70} measures that.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ServerBenchmark {

    private static final int MESSAGES = 4096;
    private static final int WINDOW_BYTES = 1 << 18;
    private static final double TIMEOUT_SECONDS = 10;
    private static final int SYSTEM_CALLS_UNKNOWN = -1;

    @Param({
        "tandem-epoll",
        "tandem-iouring",
        "netty-epoll",
        "netty-iouring-ring",
        "vertx",
        "reactor-netty",
        "blocking-platform",
        "nio-selector"
    })
    private String server;

    @Param({"64"})
    private int payloadBytes;

    @Param({"50"})
    private int connections;

    /** Frames sent at once on each connection; 1 is ping-pong. */
    @Param({"1", "64"})
    private int depth;

    private MeasuredServer process;
    private Load load;

    /** What the server's process used for each message of the iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Server {

        /** CPU time of all its threads, in nanoseconds. */
        public double cpuNanosPerMessage;
        /** How often its threads gave up or lost the CPU. */
        public double contextSwitchesPerMessage;
        /** Bytes its virtual machine allocated; 0 for a server without one. */
        public double allocatedBytesPerMessage;
        /** System calls, where perf may count them; else -1. */
        public double systemCallsPerMessage;

        private ProcessUsage usageBefore;
        private double allocatedBefore;
        private SystemCallCount systemCalls;

        private long messagesBefore;

        /** Begins to count. */
        @Setup(Level.Iteration)
        public void begin(ServerBenchmark benchmark) throws IOException {
            allocatedBefore = allocatedBytes(benchmark.process);
            systemCalls = SystemCallCount.start(benchmark.process.pid());
            usageBefore = ProcessUsage.read(benchmark.process.pid());
            messagesBefore = benchmark.load.messages();
        }

        /** Counts. */
        @TearDown(Level.Iteration)
        public void end(ServerBenchmark benchmark) throws IOException {
            MeasuredServer process = benchmark.process;
            double messages = Math.max(1, benchmark.load.messages() - messagesBefore);
            ProcessUsage.Delta used = ProcessUsage.read(process.pid()).since(usageBefore);
            cpuNanosPerMessage = used.cpuNanos() / messages;
            contextSwitchesPerMessage = (used.voluntarySwitches() + used.involuntarySwitches()) / messages;
            systemCallsPerMessage = systemCalls.stop().orElse(SYSTEM_CALLS_UNKNOWN * messages) / messages;
            allocatedBytesPerMessage = (allocatedBytes(process) - allocatedBefore) / messages;
        }

        private static double allocatedBytes(MeasuredServer process) throws IOException {
            Map<String, String> counters = process.counters();
            return Double.parseDouble(counters.getOrDefault("allocatedBytes", "0"));
        }
    }

    /** Starts the server and opens the connections. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        process = MeasuredServer.start(server, depth > 1 ? Protocol.FRAMES : Protocol.RAW);
        load = new Load(new LoadOptions(
                depth > 1 ? LoadOptions.Mode.FRAMES : LoadOptions.Mode.ECHO,
                process.address(),
                connections,
                payloadBytes,
                depth,
                0,
                0,
                WINDOW_BYTES,
                1,
                0,
                process.pid(),
                1,
                TIMEOUT_SECONDS,
                1,
                false,
                false));
        load.open();
        load.begin();
        process.pin();
    }

    /** Ends the server. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        load.drain();
        load.close();
        process.close();
    }

    /** So many messages there and back, every byte compared. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long messages(Server used) throws IOException {
        long target = load.messages() + MESSAGES;
        load.runUntil(() -> load.messages() >= target);
        return target;
    }
}
