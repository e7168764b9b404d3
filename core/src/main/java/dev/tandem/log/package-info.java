/** How often something is logged. Not exported: for Tandem's own use. */
package dev.tandem.log;
