package dev.tandem.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;

/** Placeholder: the cost of an empty call, which every figure contains. */
public class CallBenchmark {

    @Benchmark
    public void empty() {}
}
