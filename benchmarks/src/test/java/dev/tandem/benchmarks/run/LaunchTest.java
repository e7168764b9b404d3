package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {

    @TempDir
    private Path directory;

    @Test
    void librariesAreFoundBesideClassesWhosePathHasSpaces() throws Exception {
        Path classes = Path.of(
                Launch.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path moved = directory.resolve("my checkout").resolve("classes");
        copy(classes, moved);

        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {moved.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Method method = loader.loadClass("dev.tandem.benchmarks.run.Launch").getDeclaredMethod("netty41Directory");
            method.setAccessible(true);

            assertThat(method.invoke(null))
                    .isEqualTo(moved.resolveSibling("servers").resolve("netty41"));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }
}
