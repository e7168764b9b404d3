/** What a run leaves behind: every block, and under what circumstances it was taken. JSON for programs, CSV for spreadsheets. */
package dev.tandem.benchmarks.result;
