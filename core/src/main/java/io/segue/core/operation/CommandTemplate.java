package io.segue.core.operation;

import io.segue.core.validation.InvalidFieldException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command with places for values: {@code ["GET", "user:{{id}}"]}. A value becomes part of exactly one argument, whatever is in it: it can never add
 * an argument or a command. Immutable, thread-safe.
 */
public final class CommandTemplate {
    /** How many arguments a command may have, its name included. */
    public static final int MOST_ARGUMENTS = 256;

    /** How long one argument may be before its places are filled, in characters. */
    public static final int LONGEST_ARGUMENT = 4_096;

    private static final Pattern PLACE = Pattern.compile("\\{\\{([^{}]*)}}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    private final List<String> arguments;
    private final Set<String> fields;

    private CommandTemplate(List<String> arguments, Set<String> fields) {
        this.arguments = arguments;
        this.fields = fields;
    }

    /**
     * Checks a command.
     *
     * @param path what the caller calls it: {@code "template"}
     * @throws InvalidFieldException it is empty or too long, its name has a place in it, or a place has no proper name
     */
    public static CommandTemplate of(String path, List<String> arguments) {
        if (arguments.isEmpty() || arguments.size() > MOST_ARGUMENTS) {
            throw new InvalidFieldException(
                    path,
                    arguments.size() + " arguments",
                    "a command and at most " + (MOST_ARGUMENTS - 1) + " arguments");
        }
        if (arguments.get(0).isBlank() || PLACE.matcher(arguments.get(0)).find()) {
            throw new InvalidFieldException(path + "[0]", arguments.get(0), "the name of a command, without {{…}}");
        }
        Set<String> fields = new LinkedHashSet<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).length() > LONGEST_ARGUMENT) {
                throw new InvalidFieldException(
                        path + "[" + i + "]",
                        arguments.get(i).length() + " characters",
                        "at most " + LONGEST_ARGUMENT + " characters");
            }
            Matcher places = PLACE.matcher(arguments.get(i));
            while (places.find()) {
                fields.add(name(path + "[" + i + "]", places.group(1)));
            }
        }
        return new CommandTemplate(List.copyOf(arguments), Set.copyOf(fields));
    }

    private static String name(String path, String text) {
        String name = text.strip();
        if (!NAME.matcher(name).matches()) {
            throw new InvalidFieldException(
                    path, "{{" + text + "}}", "{{name}} of 1 to 64 letters, digits and '_', not starting with a digit");
        }
        return name;
    }

    /** Names of the places. */
    public Set<String> fields() {
        return fields;
    }

    /** The command as it was given. */
    public List<String> arguments() {
        return arguments;
    }

    /**
     * The command with its places filled.
     *
     * @param values gives the value of each field
     */
    public List<String> fill(UnaryOperator<String> values) {
        List<String> filled = new ArrayList<>(arguments.size());
        for (String argument : arguments) {
            filled.add(PLACE.matcher(argument)
                    .replaceAll(place ->
                            Matcher.quoteReplacement(values.apply(place.group(1).strip()))));
        }
        return filled;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommandTemplate that && that.arguments.equals(arguments);
    }

    @Override
    public int hashCode() {
        return arguments.hashCode();
    }

    @Override
    public String toString() {
        return arguments.toString();
    }
}
