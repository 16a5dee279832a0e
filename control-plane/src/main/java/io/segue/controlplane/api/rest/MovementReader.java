package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.AcceptErrorKeysRequest;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.Throttle;
import io.segue.proto.v1.VerifyRequest;
import java.util.List;
import java.util.Optional;

/** Reads the JSON of calls about data movement. */
final class MovementReader {
    private static final long MAX_KEYS = 1_000_000_000L;
    private static final double MAX_MEGABYTES = 1_000_000;
    /** Less would be no bytes at all, which means no limit. */
    private static final double MIN_MEGABYTES = 0.001;

    private static final double DEFAULT_SAMPLE = 0.01;

    private MovementReader() {}

    static SetThrottleRequest throttle(String id, Fields fields) {
        SetThrottleRequest.Builder request = SetThrottleRequest.newBuilder().setId(id);
        keys(fields).ifPresent(request::setKeysPerSecond);
        bytes(fields).ifPresent(request::setBytesPerSecond);
        fields.flag("adaptive").ifPresent(request::setAdaptive);
        fields.finish();
        return request.build();
    }

    /** The limits that a migration is created with. */
    static Throttle throttle(Fields fields) {
        Throttle.Builder throttle = Throttle.newBuilder();
        keys(fields).ifPresent(throttle::setKeysPerSecond);
        bytes(fields).ifPresent(throttle::setBytesPerSecond);
        fields.flag("adaptive").ifPresent(throttle::setAdaptive);
        fields.finish();
        return throttle.build();
    }

    private static Optional<Long> keys(Fields fields) {
        return fields.value("keys_per_second").map(value -> {
            boolean whole = value.isIntegralNumber() && value.canConvertToLong();
            if (!whole || value.longValue() < 0 || value.longValue() > MAX_KEYS) {
                throw wrong(fields.path("keys_per_second"), value, "a whole number, 0 (no limit) to " + MAX_KEYS);
            }
            return value.longValue();
        });
    }

    private static Optional<Long> bytes(Fields fields) {
        return fields.value("megabytes_per_second").map(value -> {
            double megabytes = value.isNumber() ? value.doubleValue() : -1;
            boolean fits = megabytes == 0 || (megabytes >= MIN_MEGABYTES && megabytes <= MAX_MEGABYTES);
            if (!fits) {
                throw wrong(fields.path("megabytes_per_second"), value, "a number, 0 (no limit) or 0.001 to 1000000");
            }
            return Math.round(megabytes * MovementWriter.MEGABYTE);
        });
    }

    private static InvalidFieldException wrong(String path, JsonNode value, String expected) {
        return new InvalidFieldException(path, Fields.show(value), expected);
    }

    static AcceptErrorKeysRequest accept(String id, Fields fields) {
        AcceptErrorKeysRequest request = AcceptErrorKeysRequest.newBuilder()
                .setId(id)
                .setReason(fields.required("reason"))
                .build();
        fields.finish();
        return request;
    }

    /** {@code {"mode": "sampled", "sample": 0.01, "repair": false}}; an empty body means all keys, no repair. */
    static VerifyRequest verify(String id, Fields fields) {
        String mode = EnumNames.oneOf("mode", fields.textOr("mode", "full"), List.of("full", "sampled"));
        Optional<Double> sample = fields.number("sample");
        VerifyRequest.Builder request = VerifyRequest.newBuilder()
                .setId(id)
                .setRepair(fields.flag("repair").orElse(false));
        if (mode.equals("sampled")) {
            request.setSample(sample.orElse(DEFAULT_SAMPLE));
        } else if (sample.isPresent() && sample.get() != 1.0) {
            throw new InvalidFieldException("sample", sample.get(), "no sample, or mode sampled");
        }
        fields.finish();
        return request.build();
    }
}
