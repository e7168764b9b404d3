/** The contract that every transport passes. */
package dev.tandem.testkit;
