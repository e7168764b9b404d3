package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.benchmarks.host.Tools;
import dev.tandem.benchmarks.result.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CProgramsTest {

    @TempDir
    private Path directory;

    @Test
    void everythingCompilesWhereThereIsACompilerAndTheDriverDrives() throws IOException, LoadFailed {
        assumeTrue(Tools.find("cc").isPresent(), "no cc");

        CPrograms programs = CPrograms.compile(directory.resolve("c"));

        assertThat(programs.driver()).isPresent();
        assertThat(programs.obstacle(Contender.named("c-epoll"))).isEmpty();
        assertThat(programs.obstacle(Contender.named("c-iouring"))).isEmpty();
        Launch launch = new Launch(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Runtime.version().feature(),
                Launch.ownClassPath(),
                Launch.netty41Directory(),
                Optional.empty(),
                Optional.empty(),
                1,
                64,
                programs,
                directory.resolve("logs"));
        try (BlockTaker taker = new BlockTaker(launch, true);
                Instance instance = new Instance(Contender.named("c-epoll"), false)) {
            Workload workload = Workload.parse("frames-c4-64b-d16");
            instance.start(launch, workload);

            Block block = taker.take(instance, workload, 0, 0.05, new BlockTaker.Place(0, 0, 0));

            assertThat(block.driver()).isEqualTo("c");
            assertThat(block.messages()).isPositive();
        }
    }
}
