package dev.tandem.benchmarks.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The two drivers: ours in Java, which stays and is warm, and the one in C, which is a process each time. */
final class Drivers {

    /** The heap is small and filled once: the driver allocates nothing per message. */
    private static final List<String> FLAGS = List.of("-Xms128m", "-Xmx128m", "-XX:+UseSerialGC");

    private Drivers() {}

    static List<String> javaCommand(Launch launch, String... arguments) {
        List<String> command = new ArrayList<>(launch.pinnedToDriver());
        command.add(launch.java().toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", launch.classPath(), "dev.tandem.benchmarks.driver.DriverMain"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts the Java driver. */
    static Driver java(Launch launch) {
        return new Resident(launch);
    }

    /** The C driver at this place. */
    static Driver c(Launch launch, Path program) {
        return new OneShot(launch, program);
    }

    private static final class Resident implements Driver {

        private final Launch launch;
        private ChildProcess process;

        Resident(Launch launch) {
            this.launch = launch;
        }

        @Override
        public String name() {
            return "java";
        }

        @Override
        public Map<String, String> run(List<String> options, double secondsMax) throws LoadFailed {
            if (process == null) {
                process = ChildProcess.start("The driver", javaCommand(launch, "--resident"), launch.log("driver"));
            }
            try {
                process.say(String.join(" ", options));
                return Driver.parse(process.line(secondsMax));
            } catch (LoadFailed e) {
                // It may be in the middle of something: the next load gets a new one.
                close();
                throw e;
            }
        }

        @Override
        public void close() {
            if (process != null) {
                process.close();
                process = null;
            }
        }
    }

    private static final class OneShot implements Driver {

        private final Launch launch;
        private final Path program;
        /** Where io_uring is allowed, it costs the driver less with small messages. */
        private final List<String> engine =
                Obstacles.ioUring().isEmpty() ? List.of("--engine", "uring") : List.of("--engine", "epoll");

        OneShot(Launch launch, Path program) {
            this.launch = launch;
            this.program = program;
        }

        @Override
        public String name() {
            return "c";
        }

        @Override
        public Map<String, String> run(List<String> options, double secondsMax) throws LoadFailed {
            List<String> command = new ArrayList<>(launch.pinnedToDriver());
            command.add(program.toString());
            command.addAll(options);
            command.addAll(engine);
            Path log = launch.log("driver");
            try (ChildProcess process = ChildProcess.start("The driver", command, log)) {
                String line = process.line(secondsMax);
                if (!line.contains("errors=0")) {
                    throw new LoadFailed(process.logTail().replace(ChildProcess.LOG_ENDS, ""));
                }
                return Driver.parse(line);
            }
        }

        @Override
        public void close() {}
    }
}
