package dev.tandem.transport.linux;

/** Placeholder that gives the package a type to export. */
public interface LinuxSystem {}
