/** Measures both engines against blocking servers and other frameworks. */
package dev.tandem.benchmarks;
