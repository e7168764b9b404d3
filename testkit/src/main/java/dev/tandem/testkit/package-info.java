/**
 * What Tandem is tested with, for whoever adds to it: the contract that every transport passes, and a verifier for
 * codecs.
 */
package dev.tandem.testkit;
