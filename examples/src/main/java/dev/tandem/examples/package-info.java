/** Small servers to run and to copy from. */
package dev.tandem.examples;
