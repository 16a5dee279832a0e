package io.segue.core.planchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.movement.Explorer;
import io.segue.core.planchange.Course.Flaw;
import io.segue.core.planchange.Course.Trouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Walks through every interleaving of a plan change with the writes of clients and with troubles, with the functions that production uses
 * deciding what control plane and proxies do. In every state: the key is not served on two sides, nothing is on its way to the wrong one, and
 * what clients were told is stored is on the side that is the authority. From every state all can come to agree. Then each rule is
 * broken, and a shortest interleaving must be found that shows why it is a rule.
 */
class PlanChangeExplorationTest {
    private static final int LIMIT = 3_000_000;

    static Stream<Course> holds() {
        return Stream.of(
                new Course("two changes, three writes").changes(2).writes(3),
                new Course("three proxies").proxies(3),
                new Course("proxies crash").trouble(Trouble.PROXY_CRASHES, 2),
                new Course("the control plane crashes").changes(2).trouble(Trouble.CONTROL_PLANE_CRASHES, 2),
                new Course("links are cut").trouble(Trouble.LINK_CUT, 2),
                new Course("connections to the databases are lost").trouble(Trouble.LANE_LOST, 2),
                new Course("a proxy and the control plane crash")
                        .trouble(Trouble.PROXY_CRASHES, 1)
                        .trouble(Trouble.CONTROL_PLANE_CRASHES, 1),
                new Course("a link is cut, the control plane crashes")
                        .trouble(Trouble.LINK_CUT, 1)
                        .trouble(Trouble.CONTROL_PLANE_CRASHES, 1),
                new Course("a proxy that is cut off is evicted")
                        .trouble(Trouble.LINK_CUT, 1)
                        .trouble(Trouble.EVICTION, 1),
                new Course("a proxy that has crashed is evicted")
                        .trouble(Trouble.PROXY_CRASHES, 1)
                        .trouble(Trouble.EVICTION, 1),
                new Course("proxies stop in order").changes(2).trouble(Trouble.PROXY_STOPS, 2),
                new Course("a decision cannot be carried out by a proxy")
                        .changes(2)
                        .trouble(Trouble.DECISION_REFUSED, 1));
    }

    @ParameterizedTest
    @MethodSource
    void holds(Course course) {
        Explorer.Result result = Explorer.explore(new PlanChangeModel(course), LIMIT);
        System.out.println("explored: " + course + ": " + result);
        assertThat(result.problem()).as(result.toString()).isNull();
        assertThat(result.ends()).isPositive();
    }

    static Stream<Course> breaks() {
        return Stream.of(
                broken(Flaw.LOST_PROXY_IGNORED).trouble(Trouble.LINK_CUT, 1),
                broken(Flaw.NO_HOLD),
                broken(Flaw.NOT_DRAINED),
                broken(Flaw.UNKNOWN_NOT_FENCED).trouble(Trouble.LANE_LOST, 1),
                broken(Flaw.LEFTOVERS_NOT_FENCED).trouble(Trouble.PROXY_CRASHES, 1),
                broken(Flaw.HOLD_NOT_KEPT).trouble(Trouble.PROXY_CRASHES, 1),
                broken(Flaw.HOLD_NOT_RESUMED).trouble(Trouble.PROXY_CRASHES, 1),
                broken(Flaw.GUESSES_ABORT),
                broken(Flaw.GUESSES_COMMIT),
                broken(Flaw.RESTART_COMMITS).trouble(Trouble.CONTROL_PLANE_CRASHES, 1),
                broken(Flaw.TOLD_BEFORE_STORED).trouble(Trouble.CONTROL_PLANE_CRASHES, 1),
                broken(Flaw.DECISION_TAKEN_BACK).trouble(Trouble.DECISION_REFUSED, 1),
                broken(Flaw.EVICTED_NOT_FENCED).trouble(Trouble.LINK_CUT, 1).trouble(Trouble.EVICTION, 1),
                broken(Flaw.EVICTED_MAY_RETURN).trouble(Trouble.LINK_CUT, 1).trouble(Trouble.EVICTION, 1),
                broken(Flaw.REGISTRATION_NOT_STORED).trouble(Trouble.CONTROL_PLANE_CRASHES, 1),
                broken(Flaw.STOPPED_STARTS_FROM_DISK).trouble(Trouble.PROXY_STOPS, 1));
    }

    private static Course broken(Flaw flaw) {
        return new Course("broken").flaw(flaw);
    }

    @ParameterizedTest
    @MethodSource
    void breaks(Course course) {
        Explorer.Result result = Explorer.explore(new PlanChangeModel(course), LIMIT);
        System.out.println("broken: " + course + ": " + result);
        assertThat(result.problem()).as(course + " is not found out: " + result).isNotNull();
        course.flaws.clear();
        assertThat(Explorer.explore(new PlanChangeModel(course), LIMIT).problem())
                .as("the same, mended")
                .isNull();
    }

    @Test
    void everyRuleIsBrokenOnce() {
        assertThat(breaks().flatMap(course -> course.flaws.stream())).containsExactlyInAnyOrder(Flaw.values());
    }
}
