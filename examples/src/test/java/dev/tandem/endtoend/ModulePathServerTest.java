package dev.tandem.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program of somebody else on the module path, which sees only what the modules export. */
class ModulePathServerTest extends ProcessTest {

    private static final String MODULE = """
            module somebody.elses {
                requires dev.tandem.core;
            }
            """;

    private static final String MAIN = """
            package somebody.elses;

            import dev.tandem.connection.CloseReason;
            import dev.tandem.connection.Connection;
            import dev.tandem.connection.ConnectionHandler;
            import dev.tandem.server.TcpServer;
            import dev.tandem.server.TransportChoice;
            import io.netty.buffer.ByteBuf;
            import java.net.Socket;

            public class Main implements ConnectionHandler {
                public static void main(String[] arguments) throws Exception {
                    try (TcpServer server = TcpServer.builder()
                            .transport(TransportChoice.require(arguments[0]))
                            .listen(0)
                            .handlerPerConnection(Main::new)
                            .start()) {
                        try (Socket socket = new Socket("127.0.0.1", server.port())) {
                            socket.getOutputStream().write("hello".getBytes());
                            socket.shutdownOutput();
                            System.out.println(new String(socket.getInputStream().readAllBytes())
                                    + " from " + Main.class.getModule() + " on " + server.transport().name());
                        }
                        System.out.println(server.drain().exitCode() + " " + server.closeReasons());
                    }
                }

                @Override
                public void onBytes(Connection connection, ByteBuf in) {
                    connection.write(in);
                }

                @Override
                public void onClosed(Connection connection, CloseReason why) {
                    System.out.println(why);
                }
            }
            """;

    @TempDir
    static Path directory;

    private String modulePath;

    @BeforeEach
    void compile() throws Exception {
        Path source = Files.createDirectories(directory.resolve("source/somebody/elses"));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path module = Files.writeString(directory.resolve("source/module-info.java"), MODULE);
        Path main = Files.writeString(source.resolve("Main.java"), MAIN);
        modulePath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(ModulePathServerTest::isNeeded)
                .collect(Collectors.joining(File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        boolean compiled = compiler.getTask(
                        problems,
                        null,
                        null,
                        List.of("-p", modulePath, "-d", classes.toString()),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(module, main))
                .call();
        assertThat(compiled).as(problems.toString()).isTrue();
        modulePath = classes + File.pathSeparator + modulePath;
    }

    /** What a server needs, with the native libraries for this processor. */
    private static boolean isNeeded(String entry) {
        boolean isArm = System.getProperty("os.arch").equals("aarch64");
        return entry.matches(".*/(io/netty|org/slf4j|core/target|transport-[a-z]+/target)/.*")
                && !entry.contains(isArm ? "linux-x86_64" : "linux-aarch_64")
                // For tests, and in need of more of them.
                && !entry.contains("netty-pkitesting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void aServerStartsAndEnds(String transport) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // Nothing requires the modules that hold the native libraries.
        command.addAll(List.of(
                "-p",
                modulePath,
                "--add-modules",
                "ALL-MODULE-PATH",
                "-m",
                "somebody.elses/somebody.elses.Main",
                transport));
        Child child = start(command);

        assertThat(child.exitCode(Duration.ofSeconds(30))).as(child.said()).isZero();
        assertThat(child.out())
                .containsExactlyInAnyOrder(
                        "hello from module somebody.elses on " + transport, "PEER_CLOSED", "0 {PEER_CLOSED=1}");
    }
}
