/** What results say, to people: a page with charts, sentences, and comparisons of runs. */
package dev.tandem.benchmarks.report;
