package dev.tandem.server;

/** Placeholder that gives the package a type to export. */
public interface Server {}
