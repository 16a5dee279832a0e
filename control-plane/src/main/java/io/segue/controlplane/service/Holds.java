package io.segue.controlplane.service;

import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
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
            if (then != null && moves(authority(before), authority(then))) {
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

    private static boolean moves(IntFunction<String> before, IntFunction<String> after) {
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (!before.apply(bucket).equals(after.apply(bucket))) {
                return true;
            }
        }
        return false;
    }

    /** The endpoint whose state is the truth for the keys of a bucket. */
    private static IntFunction<String> authority(InterlayConfig interlay) {
        String old = interlay.getEndpoint().getId();
        if (!interlay.hasPlan()) {
            return bucket -> old;
        }
        io.segue.proto.v1.Plan plan = interlay.getPlan();
        String next = plan.getNewEndpoint().getId();
        Plan compiled = Plan.compile(
                plan.getMigrationId(),
                plan.getMigrationUuid(),
                StrategyMapper.fromProto(plan.getStrategy()),
                Labels.NONE);
        return bucket -> compiled.authority(bucket) == Side.NEW ? next : old;
    }
}
