package dev.tandem.examples.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_SECURITY_POLICY;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests for the pages there are, and refuses all others. What one read brought is answered with one send. */
@Sharable
final class Pages extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);
    private static final String TEXT = "text/plain; charset=utf-8";

    /** A page may use what it holds itself, and talk to where it came from; nothing may frame it. */
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
            + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private record Page(String type, byte[] content) {

        static Page text(String text) {
            return new Page(TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        static Page resource(String type, String name) {
            try (InputStream in = Pages.class.getResourceAsStream(name)) {
                return new Page(type, in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final Map<String, Page> pages = Map.of(
            "/", Page.resource("text/html; charset=utf-8", "index.html"), "/plaintext", Page.text("Hello, World!"));

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        context.write(answer(request));
    }

    private HttpResponse answer(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            HttpResponse refusal = response(HttpResponseStatus.BAD_REQUEST, Page.text("This is no HTTP request.\n"));
            // What follows on the connection cannot be understood either.
            HttpUtil.setKeepAlive(refusal, false);
            return refusal;
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            HttpResponse refusal =
                    response(HttpResponseStatus.METHOD_NOT_ALLOWED, Page.text("Only GET and HEAD are answered.\n"));
            refusal.headers().set(ALLOW, "GET, HEAD");
            return refusal;
        }
        Page page = pages.get(pathOf(request.uri()));
        return page == null
                ? response(HttpResponseStatus.NOT_FOUND, Page.text("There is no such page.\n"))
                : response(HttpResponseStatus.OK, page);
    }

    private static String pathOf(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static HttpResponse response(HttpResponseStatus status, Page page) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(page.content()));
        response.headers().set(CONTENT_TYPE, page.type());
        response.headers().setInt(CONTENT_LENGTH, page.content().length);
        if (!page.type().equals(TEXT)) {
            response.headers().set(CONTENT_SECURITY_POLICY, POLICY);
            response.headers().set("x-content-type-options", "nosniff");
        }
        return response;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{} failed and is closed.", context.channel(), cause);
        context.close();
    }
}
