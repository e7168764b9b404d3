package dev.tandem.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What some files contained at one moment. Compared by contents: times and sizes of files can stay when contents change. */
final class FileContents {

    /** Larger than any file of certificates; a device would never end. */
    private static final int FILE_BYTES_MAX = 4 << 20;

    private final Map<Path, byte[]> contents = new HashMap<>();
    private final Map<Path, String> faults = new HashMap<>();

    private FileContents() {}

    /** Reads the files. One that cannot be read throws when it is asked for. */
    static FileContents read(Collection<Path> files) {
        FileContents read = new FileContents();
        for (Path file : files) {
            read.add(file);
        }
        return read;
    }

    private void add(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                faults.put(file, "is larger than " + FILE_BYTES_MAX + " bytes, which no file of certificates is.");
            } else {
                contents.put(file, bytes);
            }
        } catch (NoSuchFileException e) {
            faults.put(file, "does not exist.");
        } catch (AccessDeniedException e) {
            faults.put(file, "may not be read by the user that runs this server.");
        } catch (IOException e) {
            faults.put(file, Files.isDirectory(file) ? "is a directory." : "cannot be read: " + e.getMessage() + ".");
        }
    }

    /**
     * What the file contained.
     *
     * @throws TlsFileException if it could not be read
     */
    byte[] of(Path file) {
        byte[] bytes = contents.get(file);
        if (bytes == null) {
            throw new TlsFileException(file, faults.get(file));
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileContents that
                && faults.equals(that.faults)
                && contents.keySet().equals(that.contents.keySet())
                && contents.entrySet().stream()
                        .allMatch(entry -> Arrays.equals(entry.getValue(), that.contents.get(entry.getKey())));
    }

    @Override
    public int hashCode() {
        return contents.keySet().hashCode();
    }
}
