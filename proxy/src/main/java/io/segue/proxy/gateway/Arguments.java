package io.segue.proxy.gateway;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proxy.config.ApiSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns what a caller has given into the arguments of commands. */
final class Arguments {
    private static final double EXACT = 9_007_199_254_740_992.0;

    private Arguments() {}

    /**
     * The values as texts, by field.
     *
     * @throws InvalidFieldException a field is missing, unknown, or of another type
     */
    static Map<String, String> of(ApiSpec api, Struct given) {
        Map<String, String> values = new HashMap<>();
        given.getFieldsMap().forEach((name, value) -> {
            ApiSpec.Field field = api.field(name)
                    .orElseThrow(() -> new InvalidFieldException(
                            "fields." + name,
                            "unknown field",
                            "one of "
                                    + api.fields().stream()
                                            .map(ApiSpec.Field::name)
                                            .toList()));
            if (!value.hasNullValue()) {
                values.put(name, text(field, value));
            }
        });
        for (ApiSpec.Field field : api.fields()) {
            if (field.required() && !values.containsKey(field.name())) {
                throw new InvalidFieldException("fields." + field.name(), "nothing", expected(field));
            }
        }
        return values;
    }

    private static String text(ApiSpec.Field field, Value value) {
        boolean fits =
                switch (field.type()) {
                    case STRING -> value.hasStringValue();
                    case NUMBER -> value.hasNumberValue() && Double.isFinite(value.getNumberValue());
                    case BOOLEAN -> value.hasBoolValue();
                };
        if (!fits) {
            throw new InvalidFieldException("fields." + field.name(), show(value), expected(field));
        }
        return switch (field.type()) {
            case STRING -> value.getStringValue();
            case NUMBER -> number(value.getNumberValue());
            case BOOLEAN -> Boolean.toString(value.getBoolValue());
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) <= EXACT
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String expected(ApiSpec.Field field) {
        return switch (field.type()) {
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
        };
    }

    private static String show(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> "a text";
            case NUMBER_VALUE -> Double.toString(value.getNumberValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case LIST_VALUE -> "a list";
            case STRUCT_VALUE -> "an object";
            case NULL_VALUE, KIND_NOT_SET -> "nothing";
        };
    }

    /** The commands of an API, in the order of its bindings. */
    static List<List<String>> commands(ApiSpec api, Map<String, String> values) {
        List<List<String>> commands = new ArrayList<>();
        for (ApiSpec.Binding binding : api.bindings()) {
            commands.add(binding.command().fill(place -> values.getOrDefault(binding.fieldOf(place), "")));
        }
        return commands;
    }
}
