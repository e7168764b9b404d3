package dev.tandem.benchmarks.server;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;

/** What the virtual machine has counted since it started. */
final class RuntimeCounters {

    private RuntimeCounters() {}

    static Map<String, String> read() {
        Map<String, String> counters = new TreeMap<>();
        long collections = 0;
        long collectionMillis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += collector.getCollectionCount();
            collectionMillis += collector.getCollectionTime();
        }
        counters.put("collections", Long.toString(collections));
        counters.put("collectionMillis", Long.toString(collectionMillis));
        counters.put(
                "jitMillis",
                Long.toString(ManagementFactory.getCompilationMXBean().getTotalCompilationTime()));
        counters.put("allocatedBytes", Long.toString(allocatedBytes()));
        counters.put(
                "heapBytes",
                Long.toString(
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()));
        counters.put("directBytes", Long.toString(directBytes()));
        return counters;
    }

    /** Of the threads that are alive; a thread that has ended takes its count with it. */
    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
