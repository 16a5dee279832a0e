package io.segue.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The requests of the demo are those that the product guide prints for its canary rollout. */
class StageTest {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void create_isTheGuidesStageOneWithDataMovement() throws JsonProcessingException {
        assertThat(json.readTree(Stage.CREATE)).isEqualTo(json.readTree("""
                                {"id": "canary_migration", "data": {"type": "scan", "replace": "replace"},
                                 "strategy": {"type": "canary", "read_percentage": 0.05,
                                 "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}}}"""));
        assertThat(json.readTree(Stage.ADD_INTERLAY).path("endpoint").asText()).isEqualTo("new_redis_cluster");
    }

    @Test
    void createBlueGreen_isTheGuidesStrategyWithDataMovement() throws JsonProcessingException {
        assertThat(json.readTree(Stage.CREATE_BLUE_GREEN)).isEqualTo(json.readTree("""
                                {"id": "blue_green_migration", "data": {"type": "scan", "replace": "replace"},
                                 "strategy": {"type": "blue_green", "active_is_new": false}}"""));
    }

    @Test
    void patches_areTheGuidesStagesTwoToFour() throws JsonProcessingException {
        List<Stage> patches = Stage.all().stream()
                .filter(stage -> stage.call() == Stage.Call.PATCH)
                .toList();

        assertThat(patches).hasSize(3);
        assertThat(strategy(patches.get(0))).isEqualTo(dual(0.25));
        assertThat(strategy(patches.get(1))).isEqualTo(dual(0.75));
        assertThat(strategy(patches.get(2))).isEqualTo(json.readTree("""
                                {"type": "canary", "read_percentage": 1.0,
                                 "write_mode": {"mode": "cutover", "write_percentage": 1.0}}"""));
    }

    private JsonNode strategy(Stage stage) throws JsonProcessingException {
        return json.readTree(stage.patch()).path("strategy");
    }

    private JsonNode dual(double share) throws JsonProcessingException {
        return json.readTree("{\"type\": \"canary\", \"read_percentage\": " + share
                + ", \"write_mode\": {\"mode\": \"dual_write\", \"policy\": \"old_authoritative\"}}");
    }
}
