package dev.tandem.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests run on the class path; this one shows that the module descriptors are complete too. */
class ModulePathTest {

    @Test
    void bothTransportsAreFoundOnTheModulePath() throws ClassNotFoundException {
        Path[] path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(entry -> !entry.endsWith("test-classes"))
                .toArray(Path[]::new);
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration()
                .resolveAndBind(ModuleFinder.of(path), ModuleFinder.of(), Set.of("dev.tandem.core"));
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, null);
        Class<?> provider = layer.findLoader("dev.tandem.core").loadClass("dev.tandem.transport.TransportProvider");

        assertThat(ServiceLoader.load(layer, provider).stream()
                        .map(found -> found.type().getModule().getName()))
                .containsExactlyInAnyOrder("dev.tandem.transport.epoll", "dev.tandem.transport.iouring");
    }
}
