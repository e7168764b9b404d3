package dev.tandem.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.benchmarks.host.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
        for (String name : List.of("frames-c4-64b-d16", "stream-c2-64k", "churn-c4-64b")) {
            Workload workload = Workload.parse(name);
            try (Instance instance = new Instance(Contender.named("c-epoll"), false)) {
                instance.start(launch, workload);
                instance.drive(launch, workload);

                assertThat(instance.driver().program()).isEqualTo("c");
                assertThat(ServersTest.measure(instance, workload, 0).messages())
                        .isPositive();
                // The connections have stayed, or have come again.
                Slice again = ServersTest.measure(instance, workload, 0.1);
                assertThat(again.messages()).isPositive();
                // What is counted from outside is of the whole load.
                assertThat(again.allMessages()).isGreaterThan(again.messages());
            }
        }
    }
}
