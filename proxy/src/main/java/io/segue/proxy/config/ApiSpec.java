package io.segue.proxy.config;

import io.segue.core.operation.CommandTemplate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An API that this proxy runs. Immutable.
 *
 * @param id unique among the APIs
 * @param fields what callers give, unique by name
 * @param bindings what is run, unique by template
 */
public record ApiSpec(String id, List<Field> fields, List<Binding> bindings) {
    public ApiSpec {
        fields = List.copyOf(fields);
        bindings = List.copyOf(bindings);
    }

    /** What a value may be. */
    public enum Type {
        STRING,
        NUMBER,
        BOOLEAN
    }

    /**
     * What a caller gives.
     *
     * @param required whether a call without it is refused
     */
    public record Field(String name, Type type, boolean required) {}

    /**
     * One command of the API.
     *
     * @param template its name
     * @param interlay who serves it
     * @param command with places for values
     * @param fields from a place to the API's field of another name
     */
    public record Binding(String template, String interlay, CommandTemplate command, Map<String, String> fields) {
        public Binding {
            fields = Map.copyOf(fields);
        }

        /** The API's field that fills a place. */
        public String fieldOf(String place) {
            return fields.getOrDefault(place, place);
        }
    }

    /** A field by its name. */
    public Optional<Field> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }
}
