package dev.tandem.transport.linux;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The directory to which Netty unpacks its native libraries, and from which it loads them. */
record LibraryDirectory(Path path) {

    /** The largest of the libraries is a little smaller. */
    private static final int LIBRARY_BYTES = 128 * 1024;

    /** The one that Netty uses in this process. */
    static LibraryDirectory inUse() {
        String named = System.getProperty("io.netty.native.workdir");
        return new LibraryDirectory(named == null ? PlatformDependent.tmpdir().toPath() : Path.of(named));
    }

    /** What keeps a library from being loaded from there, found by trying; empty if nothing does. */
    Optional<String> fault() {
        try {
            return canExecuteWhatIsWritten() ? Optional.empty() : Optional.of("its files may not be executed (noexec)");
        } catch (FileSystemException e) {
            // Without a reason, what is wrong is told by the name of the class alone.
            return Optional.of(e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private boolean canExecuteWhatIsWritten() throws IOException {
        Path file = Files.createTempFile(path, "tandem", ".so");
        try {
            Files.write(file, new byte[LIBRARY_BYTES]);
            return file.toFile().setExecutable(true) && Files.isExecutable(file);
        } finally {
            Files.delete(file);
        }
    }
}
