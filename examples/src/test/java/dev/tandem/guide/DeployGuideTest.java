package dev.tandem.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tandem.examples.Main;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holds the files that docs/deploy.md shows to what their readers say of them. */
@Timeout(60)
class DeployGuideTest {

    @TempDir
    private Path directory;

    /** The blocks of one language, in order. */
    private static List<String> blocks(String language) throws Exception {
        String page = Files.readString(Path.of("../docs/deploy.md"));
        Pattern block = Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
        return block.matcher(page).results().map(found -> found.group(1)).toList();
    }

    private Path write(String name, String content) throws Exception {
        return Files.writeString(directory.resolve(name), content);
    }

    /** What the command says, which must end well. Skips the test where it is not installed. */
    private static String run(String... command) throws Exception {
        boolean isInstalled = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, command[0])));
        assumeTrue(isInstalled, command[0] + " is not installed.");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void systemdVerifiesTheUnits() throws Exception {
        List<String> units = blocks("ini");
        assertThat(units).hasSize(2);
        Path socket = write("echo.socket", units.get(0));
        // Verification wants the program to exist.
        Path service = write("echo.service", units.get(1).replace("/usr/bin/java", "/bin/true"));
        assertThat(run("systemd-analyze", "verify", socket.toString(), service.toString()))
                .isEmpty();
    }

    @Test
    void systemdLetsIoUringThrough() throws Exception {
        assertThat(run("systemd-analyze", "syscall-filter", "@aio"))
                .contains("io_uring_setup", "io_uring_enter", "io_uring_register");
        assertThat(run("systemd-analyze", "syscall-filter", "@system-service")).contains("@aio");
    }

    @Test
    void theServiceAndTheImageHaveTheOptionsOfTheLauncher() throws Exception {
        Matcher options = Pattern.compile("options='(--enable.*)'").matcher(Files.readString(Path.of("../tandem")));
        assertThat(options.find()).isTrue();
        String image = blocks("dockerfile").get(0);
        assertThat(blocks("ini").get(1)).contains(options.group(1), Main.class.getName());
        assertThat(image).contains("\"" + Main.class.getName() + "\"");
        for (String option : options.group(1).split(" ")) {
            assertThat(image).contains("\"" + option + "\"");
        }
    }

    @Test
    void haproxyTakesItsConfiguration() throws Exception {
        assertThat(blocks("haproxy")).hasSize(1);
        Path config = write("haproxy.cfg", blocks("haproxy").get(0));
        assertThat(run("haproxy", "-c", "-f", config.toString())).contains("Configuration file is valid");
    }
}
