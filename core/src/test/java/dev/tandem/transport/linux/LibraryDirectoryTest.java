package dev.tandem.transport.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults that need a mount of their own are in NativeLibraryTest of the examples. */
class LibraryDirectoryTest {

    @TempDir
    private Path directory;

    @Test
    void anOrdinaryDirectoryWillDoAndIsLeftAsItWas() throws Exception {
        assertThat(new LibraryDirectory(directory).fault()).isEmpty();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsSaidToBeThat() {
        assertThat(new LibraryDirectory(directory.resolve("none")).fault()).contains("NoSuchFileException");
    }

    @Test
    void aFileInItsPlaceIsSaidToBeThat() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(new LibraryDirectory(file).fault()).contains("Not a directory");
    }
}
