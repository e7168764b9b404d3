package dev.tandem.benchmarks.report;

import dev.tandem.benchmarks.run.Contender;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The style sheet of page and drawings. */
final class Style {

    private Style() {}

    /** With a rule for the colour of each server that it names. */
    static String sheet() {
        StringBuilder style = new StringBuilder(read("report.css"));
        Contender.all()
                .forEach(contender -> style.append(String.format(
                        "svg .fill.c-%1$s, svg .name.c-%1$s { fill: var(--%1$s); } svg .s-%1$s { stroke: var(--%1$s); }%n",
                        contender.name())));
        return style.toString();
    }

    private static String read(String resource) {
        try (InputStream in = Style.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
