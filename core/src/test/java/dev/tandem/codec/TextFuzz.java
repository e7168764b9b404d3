package dev.tandem.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;

class TextFuzz {

    @FuzzTest
    void readsAsAStrictDecoderDoes(byte[] input) {
        StrictText.run(input);
    }
}
