package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import io.segue.controlplane.service.Usage;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Census;
import io.segue.proto.v1.CommandUse;

/** Writes the JSON of what applications use. */
final class CensusWriter {
    private CensusWriter() {}

    static ObjectNode write(Census census) {
        ObjectNode json = Json.object()
                .put("interlay", census.getInterlay())
                .put("since", census.hasSince() ? text(census.getSince()) : null)
                .put("until", census.hasUntil() ? text(census.getUntil()) : null);
        ArrayNode commands = json.putArray("commands");
        for (CommandUse use : census.getCommandsList()) {
            commands.addObject()
                    .put("command", use.getCommand())
                    .put("calls", use.getCalls())
                    .put("keys_apart", use.getApart());
        }
        ObjectNode features = json.putObject("features");
        Usage.features(census).forEach(features::put);
        if (census.hasExample()) {
            ObjectNode example = json.putObject("keys_apart_example")
                    .put("command", census.getExample().getCommand());
            example.set("prefixes", MigrationWriter.texts(census.getExample().getPrefixesList()));
        }
        return json;
    }

    private static String text(Timestamp at) {
        return Times.toInstant(at).toString();
    }
}
