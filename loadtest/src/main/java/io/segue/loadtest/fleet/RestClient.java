package io.segue.loadtest.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls the REST interface of a control plane as curl would: a path, a JSON text, a bearer token. Thread-safe. */
public final class RestClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final String token;

    /**
     * A client.
     *
     * @param port of 127.0.0.1
     * @param token sent with every call
     */
    public RestClient(int port, String token) {
        this.base = "http://127.0.0.1:" + port + "/api/v1";
        this.token = token;
    }

    /** Where paths are appended. */
    public String base() {
        return base;
    }

    /** The token that goes with every call. */
    public String token() {
        return token;
    }

    /** GET; returns the {@code data} of the answer. */
    public JsonNode get(String path) throws InterruptedException {
        return call("GET", path, "");
    }

    /** POST with a body, or without one if {@code body} is empty; returns the {@code data} of the answer. */
    public JsonNode post(String path, String body) throws InterruptedException {
        return call("POST", path, body);
    }

    /** PATCH; returns the {@code data} of the answer. */
    public JsonNode patch(String path, String body) throws InterruptedException {
        return call("PATCH", path, body);
    }

    /** DELETE; returns the {@code data} of the answer. */
    public JsonNode delete(String path) throws InterruptedException {
        return call("DELETE", path, "");
    }

    private JsonNode call(String method, String path, String body) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new RefusedException(method, path, response.statusCode(), response.body());
            }
            return data(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + base + path + " failed", e);
        }
    }

    private JsonNode data(String body) throws JsonProcessingException {
        if (body.isBlank()) {
            return json.missingNode();
        }
        JsonNode root = json.readTree(body);
        return root.has("data") ? root.get("data") : root;
    }

    /** The control plane answered with an error. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(String method, String path, int status, String body) {
            super(method + " " + path + " was answered with " + status + ": " + body);
            this.status = status;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }
    }
}
