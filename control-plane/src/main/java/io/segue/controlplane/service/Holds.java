package io.segue.controlplane.service;

import io.segue.core.plan.PlanFamily;
import io.segue.core.verdict.Side;
import io.segue.core.wire.LabelsMapper;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Plan;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds out which interlays must be held before a change: those of which some key gets another authority. */
final class Holds {
    private Holds() {}

    /** What the proxies have to prepare, by interlay; empty if the change may simply be made. */
    static Map<String, Prepared> between(ProxyConfig now, ProxyConfig next) {
        Map<String, InterlayConfig> after =
                next.getInterlaysList().stream().collect(Collectors.toMap(InterlayConfig::getId, Function.identity()));
        Map<String, Prepared> prepared = new HashMap<>();
        for (InterlayConfig before : now.getInterlaysList()) {
            InterlayConfig then = after.get(before.getId());
            if (then != null && moves(before, then)) {
                Prepared.Builder one = Prepared.newBuilder()
                        .setEndpoint(then.getEndpoint())
                        .setAcceptDivergence(then.getAcceptDivergence());
                if (then.hasPlan()) {
                    one.setPlan(then.getPlan());
                }
                prepared.put(before.getId(), one.build());
            }
        }
        return prepared;
    }

    /** Whether some key has its truth at another endpoint afterwards. */
    private static boolean moves(InterlayConfig before, InterlayConfig after) {
        if (!before.hasPlan() && !after.hasPlan()) {
            return !before.getEndpoint().getId().equals(after.getEndpoint().getId());
        }
        Plan any = before.hasPlan() ? before.getPlan() : after.getPlan();
        return family(before, any).shifts(family(after, any)).stream()
                .anyMatch(shift -> shift.now()
                        .anyPair(
                                shift.next(),
                                (cell, next) -> !endpoint(before, shift.now().authority(cell))
                                        .equals(endpoint(after, shift.next().authority(next)))));
    }

    private static PlanFamily family(InterlayConfig interlay, Plan any) {
        if (!interlay.hasPlan()) {
            return PlanFamily.toSide(any.getMigrationId(), any.getMigrationUuid(), Side.OLD);
        }
        Plan plan = interlay.getPlan();
        return PlanFamily.of(
                plan.getMigrationId(),
                plan.getMigrationUuid(),
                StrategyMapper.fromProto(plan.getStrategy()),
                StrategyMapper.sampling(plan.getStrategy()),
                LabelsMapper.fromProto(interlay.getInstanceBy(), interlay.getLabelsList()));
    }

    private static String endpoint(InterlayConfig interlay, Side side) {
        return side == Side.NEW
                ? interlay.getPlan().getNewEndpoint().getId()
                : interlay.getEndpoint().getId();
    }
}
