package dev.tandem.connection;

/** Placeholder that gives the package a type to export. */
public interface Connection {}
