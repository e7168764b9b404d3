package dev.tandem.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.examples.LauncherSandbox.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the launcher {@code tandem} as its user does: as a process. */
class LauncherTest {

    @TempDir
    Path root;

    @TempDir
    Path elsewhere;

    private LauncherSandbox sandbox;

    @BeforeEach
    void copyTheLauncher() throws IOException {
        sandbox = new LauncherSandbox(root);
    }

    @Nested
    class Commands {

        @Test
        void helpListsTheCommands() {
            Outcome outcome = sandbox.run("--help");

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).contains("Usage: tandem <command>", "  echo ");
            assertThat(outcome.err()).isEmpty();
        }

        @Test
        void noCommandIsRefusedWithTheList() {
            Outcome outcome = sandbox.run();

            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).contains("Usage: tandem <command>", "  echo ");
        }

        @Test
        void anUnknownCommandIsRefusedWithTheList() {
            Outcome outcome = sandbox.run("ecco");

            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .startsWith("tandem: there is no command 'ecco'.")
                    .contains("  echo ");
        }

        @Test
        void optionsReachTheMainClassUnchanged() throws IOException {
            Outcome outcome = sandbox.java("17.0.15").run("echo", "--name", "two words", "*");

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).endsWith("dev.tandem.examples.Main\necho\n--name\ntwo words\n*\n");
        }
    }

    @Nested
    class JavaVersions {

        @Test
        void noJavaIsToldInOneLine() {
            assertRefused(sandbox.with("PATH", elsewhere.toString()).run("echo"), "no java found");
        }

        @Test
        void aJavaHomeWithoutJavaIsToldInOneLine() {
            assertRefused(
                    sandbox.with("JAVA_HOME", elsewhere.toString()).run("echo"), "JAVA_HOME is " + elsewhere + ",");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1.8.0_402", "11.0.2", "16"})
        void aJavaBefore17OnThePathIsToldInOneLine(String version) throws IOException {
            assertRefused(
                    sandbox.java(version).run("echo"), "is version " + version + ". Tandem needs Java 17 or newer");
        }

        @Test
        void aJavaBefore17InJavaHomeIsToldInOneLine() throws IOException {
            assertRefused(
                    sandbox.java("11.0.2").with("JAVA_HOME", root.toString()).run("echo"), "is version 11.0.2.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"17", "17.0.15", "23.0.1"})
        void aJavaThatDoesNotKnowAnOptionIsNotGivenIt(String version) throws IOException {
            assertThat(sandbox.java(version).run("echo").out())
                    .doesNotContain("--enable-native-access", "--sun-misc-unsafe-memory-access");
        }

        @ParameterizedTest
        @ValueSource(strings = {"24", "25.0.3", "26-ea"})
        void aJavaThatWarnsAboutNativeAccessAndUnsafeIsToldThatBothAreMeant(String version) throws IOException {
            assertThat(sandbox.java(version).run("echo").out())
                    .contains("--enable-native-access=ALL-UNNAMED\n--sun-misc-unsafe-memory-access=allow\n");
        }

        @Test
        void optionsFromTheEnvironmentComeLastAndSoWin() throws IOException {
            Outcome outcome = sandbox.java("25")
                    .with("TANDEM_JAVA_OPTS", "-Xmx64m -Dkey=value")
                    .run("echo");

            assertThat(outcome.out()).contains("-Dio.netty.noUnsafe=false\n-Xmx64m\n-Dkey=value\n-cp\n");
        }
    }

    @Nested
    class Processes {

        @Test
        void theLauncherBecomesTheServer() throws IOException {
            Outcome outcome = sandbox.java("17").run("echo");

            assertThat(outcome.out()).startsWith("pid " + outcome.pid() + "\n");
        }

        @Test
        void itRunsFromAnotherDirectoryThroughSymbolicLinks() throws IOException {
            Path first = Files.createSymbolicLink(elsewhere.resolve("first"), sandbox.launcher());
            Path second = Files.createSymbolicLink(elsewhere.resolve("second"), first.getFileName());
            Outcome outcome = sandbox.java("17").in(elsewhere).run(second, "echo");

            Path target = root.toRealPath().resolve("examples/target");
            assertThat(outcome.out()).contains("-cp\n" + target + "/examples.jar:" + target + "/lib/*\n");
        }

        /** cd looks there for what neither begins with a slash nor with a dot, and says where it went. */
        @Test
        void theDirectoriesInCdpathDoNotMatter() throws IOException {
            Files.createDirectory(elsewhere.resolve(root.getFileName()));
            Outcome outcome = sandbox.java("17")
                    .with("CDPATH", elsewhere.toString())
                    .in(root.getParent())
                    .run(Path.of("/bin/sh"), root.getFileName() + "/tandem", "echo");

            assertThat(outcome.out())
                    .contains("-cp\n" + root.toRealPath().resolve("examples/target/examples.jar") + ":");
        }

        @Test
        void anotherSystemIsToldInOneLine() throws IOException {
            assertRefused(sandbox.java("17").script("bin/uname", "echo Darwin").run("echo"), "runs on Linux only");
        }
    }

    @Nested
    class Builds {

        @Test
        void nothingIsBuiltWhenTheJarIsNewerThanEverySource() throws IOException {
            Outcome outcome = sandbox.java("17").compiler().run("echo");

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.err()).isEmpty();
        }

        @Test
        void aMissingJarIsBuiltWithTheOutputOnStderr() throws IOException {
            Files.delete(sandbox.jar());
            Outcome outcome = sandbox.java("17").compiler().run("echo");

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).startsWith("pid ");
            assertThat(outcome.err()).startsWith("tandem: building examples.").endsWith("build\n");
        }

        @Test
        void aSourceNewerThanTheJarIsBuiltOnce() throws IOException {
            Files.setLastModifiedTime(sandbox.jar(), FileTime.from(Instant.EPOCH));
            sandbox.java("17").compiler();

            assertThat(sandbox.run("echo").err()).contains("build\n");
            assertThat(sandbox.run("echo").err()).isEmpty();
        }

        @Test
        void aSourceChangedDuringTheBuildIsBuiltAgain() throws IOException {
            Files.delete(sandbox.jar());
            sandbox.java("17").compiler();
            sandbox.script(
                    "mvnw",
                    "echo build",
                    "touch -d '1 second' " + sandbox.source(),
                    "echo built > examples/target/examples.jar");

            assertThat(sandbox.run("echo").err()).contains("build\n");
            assertThat(sandbox.run("echo").err()).contains("build\n");
        }

        @Test
        void aFailedBuildStartsNothing() throws IOException {
            Files.delete(sandbox.jar());
            Outcome outcome = sandbox.java("17")
                    .compiler()
                    .script("mvnw", "echo broken", "exit 1")
                    .run("echo");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).contains("broken\n", "tandem: the build failed");
        }

        /** Maven makes the jar before it has copied the libraries. */
        @Test
        void aBuildThatFailsAfterItsJarIsRepeated() throws IOException {
            Files.delete(sandbox.jar());
            sandbox.java("17").compiler().script("mvnw", "echo build", "echo > examples/target/examples.jar", "exit 1");

            assertThat(sandbox.run("echo").exitCode()).isEqualTo(1);
            Outcome again = sandbox.run("echo");

            assertThat(again.exitCode()).isEqualTo(1);
            assertThat(again.err()).contains("build\n");
        }

        @Test
        void aBuildThatIsInterruptedAfterItsJarIsRepeated() throws IOException {
            Files.delete(sandbox.jar());
            sandbox.java("17")
                    .compiler()
                    .script("mvnw", "echo build", "echo > examples/target/examples.jar", "kill -TERM $PPID");

            assertThat(sandbox.run("echo").exitCode()).isNotZero();
            assertThat(sandbox.run("echo").err()).contains("build\n");
        }

        @Test
        void aBuildWithoutACompilerIsToldInOneLine() throws IOException {
            Files.delete(sandbox.jar());

            assertRefused(sandbox.java("17").run("echo"), "has no compiler");
        }
    }

    private static void assertRefused(Outcome outcome, String message) {
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("tandem: ").contains(message).containsOnlyOnce("\n");
    }
}
