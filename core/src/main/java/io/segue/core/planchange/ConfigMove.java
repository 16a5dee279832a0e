package io.segue.core.planchange;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a proxy does with a configuration that arrives, for one interlay. */
public enum ConfigMove {
    /** It runs already, or holds already what is asked for. */
    KEEP,
    /** What is held was decided: swap, and let go what waits. */
    COMMIT,
    /** What is held was not decided: let go what waits. */
    RELEASE,
    /** Nothing is held that this is about: change over, by itself. */
    SWITCH,
    /** Hold what the change would move. */
    HOLD,
    /** First {@link #SWITCH}, then {@link #HOLD}: a change was missed. */
    SWITCH_AND_HOLD,
    /** First {@link #RELEASE}, then {@link #HOLD} for another change. */
    RELEASE_AND_HOLD;

    /**
     * Decides.
     *
     * @param <P> how an interlay is served; has value equality
     * @param running what runs; null: the interlay is new here
     * @param held what it would be like if the change that is held were decided; null: nothing is held
     * @param plan what is to run
     * @param hold what it will be like if the change that is being prepared is decided; null: nothing is to be held
     */
    public static <P> ConfigMove of(@Nullable P running, @Nullable P held, P plan, @Nullable P hold) {
        boolean runs = plan.equals(running);
        if (held == null) {
            if (hold == null) {
                return runs ? KEEP : SWITCH;
            }
            return runs ? HOLD : SWITCH_AND_HOLD;
        }
        if (runs && Objects.equals(held, hold)) {
            return KEEP;
        }
        if (hold == null) {
            return held.equals(plan) ? COMMIT : RELEASE;
        }
        return RELEASE_AND_HOLD;
    }
}
