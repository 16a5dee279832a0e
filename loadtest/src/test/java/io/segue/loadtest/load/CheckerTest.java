package io.segue.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final int HOME = 0;
    private static final int OTHER = 1;

    private final Checker checker = new Checker();
    private final TrackedKey key = new TrackedKey("string:1", Kind.STRING, HOME);
    private final TrackedKey counter = new TrackedKey("counter:1", Kind.COUNTER, HOME);
    private final TrackedKey list = new TrackedKey("list:1", Kind.LIST, HOME);

    @Test
    void read_ofTheLastAcknowledgedVersionIsFine() {
        write(key);
        write(key);

        read(key, HOME, 2);
        read(key, OTHER, 2);

        assertThat(fatal()).isZero();
        assertThat(checker.reads()).isEqualTo(2);
        assertThat(checker.acknowledgedWrites()).isEqualTo(2);
    }

    @Test
    void read_ofAWriteNotYetAcknowledgedIsFine() {
        write(key);
        checker.beginWrite(key);

        read(key, HOME, 1);
        read(key, HOME, 2);

        assertThat(fatal()).isZero();
    }

    @Test
    void read_olderThanAcknowledgedIsStale() {
        write(key);
        write(key);

        read(key, HOME, 1);

        assertThat(checker.count(Violation.STALE_READ)).isEqualTo(1);
        assertThat(checker.samples()).containsExactly("string:1: read version 1 (expected: at least 2)");
    }

    @Test
    void read_throughTheOtherProxyIsCountedApartAndNotFatal() {
        write(key);

        read(key, OTHER, 0);

        assertThat(checker.count(Violation.STALE_READ_ELSEWHERE)).isEqualTo(1);
        assertThat(fatal()).isZero();
    }

    @Test
    void read_thatStartedBeforeTheAcknowledgementMayShowTheVersionBefore() {
        long version = checker.beginWrite(key);
        Checker.PendingRead pending = checker.beginRead(key, HOME);
        checker.acknowledged(key, version, "OK");

        checker.endRead(pending, 0);

        assertThat(fatal()).isZero();
    }

    @Test
    void read_ofWhatNobodyWroteIsFound() {
        read(key, HOME, 1);
        read(key, HOME, Kind.CORRUPT);
        read(key, HOME, Kind.ABSENT);

        assertThat(checker.count(Violation.WRONG_VALUE)).isEqualTo(2);
        assertThat(checker.count(Violation.NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void increment_appliedTwiceIsFound() {
        checker.acknowledged(counter, checker.beginWrite(counter), 1L);
        checker.acknowledged(counter, checker.beginWrite(counter), 3L);

        assertThat(checker.count(Violation.APPLIED_TWICE)).isEqualTo(1);
    }

    @Test
    void increment_lostIsFoundByTheNextReply() {
        checker.acknowledged(counter, checker.beginWrite(counter), 1L);
        checker.acknowledged(counter, checker.beginWrite(counter), 1L);

        assertThat(checker.count(Violation.LOST_WRITE)).isEqualTo(1);
    }

    @Test
    void increment_withUnknownOutcomeMayCountOrNot() {
        checker.failed(counter, checker.beginWrite(counter), "connection reset");
        checker.acknowledged(counter, checker.beginWrite(counter), 1L);
        checker.failed(counter, checker.beginWrite(counter), "connection reset");
        checker.acknowledged(counter, checker.beginWrite(counter), 3L);

        assertThat(fatal()).isZero();
        assertThat(checker.errors()).isEqualTo(2);
    }

    @Test
    void counter_readBelowTheNumberOfAcknowledgedWritesIsStale() {
        checker.failed(counter, checker.beginWrite(counter), "connection reset");
        checker.acknowledged(counter, checker.beginWrite(counter), 1L);

        read(counter, HOME, 1);
        assertThat(fatal()).isZero();
        read(counter, HOME, 0);
        assertThat(checker.count(Violation.STALE_READ)).isEqualTo(1);
    }

    @Test
    void push_lengthCountsTheSeededElement() {
        checker.acknowledged(list, checker.beginWrite(list), 2L);
        assertThat(fatal()).isZero();
        checker.acknowledged(list, checker.beginWrite(list), 4L);
        assertThat(checker.count(Violation.APPLIED_TWICE)).isEqualTo(1);
    }

    @Test
    void samples_areBounded() {
        for (int i = 0; i < 100; i++) {
            checker.failed(key, "refused");
        }

        assertThat(checker.errors()).isEqualTo(100);
        assertThat(checker.samples()).hasSize(20);
    }

    private void write(TrackedKey target) {
        checker.acknowledged(target, checker.beginWrite(target), "OK");
    }

    private void read(TrackedKey target, int proxy, long version) {
        checker.endRead(checker.beginRead(target, proxy), version);
    }

    private long fatal() {
        List<Violation> fatal =
                Arrays.stream(Violation.values()).filter(Violation::isFatal).toList();
        return fatal.stream().mapToLong(checker::count).sum();
    }
}
