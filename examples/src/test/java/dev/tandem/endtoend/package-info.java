/**
 * Whole servers on real sockets, on both engines: in this JVM, and in processes of their own where a fault or a signal
 * concerns the process. They live here because this is the module that has both engines.
 */
package dev.tandem.endtoend;
