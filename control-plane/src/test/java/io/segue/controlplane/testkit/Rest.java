package io.segue.controlplane.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** A REST client as scripts have it. */
public final class Rest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String token;

    public Rest(InetSocketAddress address, String token) {
        this.base = "http://" + address.getHostString() + ":" + address.getPort();
        this.token = token;
    }

    /** What came back. */
    public record Reply(int status, JsonNode body, HttpResponse<String> raw) {
        /** The data of a success. */
        public JsonNode data() {
            return body.path("data");
        }

        /** The message of an error. */
        public String message() {
            return body.path("error").path("message").asText();
        }

        /** The same reply, after making sure that it has the status. */
        public Reply expect(int expected) {
            if (status != expected) {
                throw new AssertionError("status " + status + " (expected: " + expected + "): " + raw.body());
            }
            return this;
        }
    }

    public Reply get(String path) {
        return send("GET", path, null, "");
    }

    public Reply post(String path, String body) {
        return send("POST", path, "application/json", body);
    }

    public Reply post(String path) {
        return send("POST", path, null, "");
    }

    public Reply patch(String path, String body) {
        return send("PATCH", path, "application/json", body);
    }

    public Reply delete(String path) {
        return send("DELETE", path, null, "");
    }

    /** Any request; extra headers as name, value, name, value. */
    public Reply send(String method, String path, String type, String body, String... headers) {
        return send(
                method, path, type, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    /** A POST that does not say how long its body is. */
    public Reply postChunked(String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return send(
                "POST", path, "application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));
    }

    private Reply send(String method, String path, String type, BodyPublisher body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).method(method, body);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (type != null) {
            request.header("Content-Type", type);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> reply = http.send(request.build(), BodyHandlers.ofString());
            return new Reply(reply.statusCode(), MAPPER.readTree(reply.body()), reply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
