package io.segue.core.planchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What every registered proxy must have done before a change may go on. Registered is who may be serving clients: from its first stream on,
 * until it has said that it stopped, or an operator has evicted it. One that cannot be reached counts.
 *
 * @param ready who has acknowledged
 * @param waiting who is connected and has not answered
 * @param lost who has no stream
 * @param refused who has said no
 */
public record Barrier(List<String> ready, List<String> waiting, List<String> lost, List<String> refused) {

    /**
     * One registered proxy, as the control plane knows it.
     *
     * @param connected whether it has a stream
     * @param acknowledged the highest version it has acknowledged, or said to run when it connected
     * @param rejected the highest version it has refused; 0 if none
     */
    public record Member(String id, boolean connected, long acknowledged, long rejected) {
        private boolean has(long version) {
            return acknowledged >= version;
        }

        private boolean refuses(long version) {
            return rejected >= version && !has(version);
        }
    }

    /** How the members stand with {@code version}. */
    public static Barrier of(long version, Collection<Member> members) {
        List<String> ready = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (Member member : members) {
            List<String> with;
            if (member.refuses(version)) {
                with = refused;
            } else if (!member.connected()) {
                with = lost;
            } else {
                with = member.has(version) ? ready : waiting;
            }
            with.add(member.id());
        }
        return new Barrier(ready, waiting, lost, refused);
    }

    /** Whether a change that gives keys another authority may begin: nobody is out of reach. */
    public boolean mayBegin() {
        return lost.isEmpty();
    }

    /** Whether everybody is there and has acknowledged. */
    public boolean passed() {
        return waiting.isEmpty() && !failed();
    }

    /** Whether it will not be passed, however long one waits. */
    public boolean failed() {
        return !lost.isEmpty() || !refused.isEmpty();
    }
}
