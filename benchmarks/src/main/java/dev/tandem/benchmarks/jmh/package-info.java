/**
 * JMH benchmarks: what parts of Tandem cost, and whole servers in processes of their own.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar -l} lists them; {@code -prof gc} shows bytes allocated per operation.
 */
package dev.tandem.benchmarks.jmh;
