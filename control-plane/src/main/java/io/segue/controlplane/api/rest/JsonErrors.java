package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** What the web server says of requests that are no HTTP, in the shape that all errors have. */
final class JsonErrors extends ErrorHandler {
    @Override
    public ByteBuffer badMessageError(int status, @Nullable String reason, HttpFields.Mutable fields) {
        fields.put(new HttpField(HttpHeader.CONTENT_TYPE, "application/json"));
        ObjectNode json = Json.object().put("status", "error");
        json.putObject("error")
                .put("code", status == 400 ? "invalid_argument" : "http_" + status)
                .put("message", "request: " + (reason == null ? "unreadable" : reason) + " (expected: HTTP/1.1)")
                .putObject("details");
        return ByteBuffer.wrap(Json.write(json));
    }
}
