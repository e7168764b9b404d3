package dev.tandem.codec;

/** Placeholder that gives the package a type to export. */
public interface FrameDecoder {}
