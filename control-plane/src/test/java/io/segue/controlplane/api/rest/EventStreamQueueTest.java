package io.segue.controlplane.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationNews;
import io.segue.proto.v1.MigrationStatus;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client that is slow, or gone. */
class EventStreamQueueTest {
    /** What the web server gives, under the control of a test. */
    private static final class Client extends ServletOutputStream {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private boolean takes;
        private boolean gone;

        @Override
        public boolean isReady() {
            return takes;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int b) throws IOException {
            if (gone) {
                throw new IOException("broken pipe");
            }
            received.write(b);
        }

        String text() {
            return received.toString(StandardCharsets.UTF_8);
        }
    }

    private final Client client = new Client();
    private final EventStream stream = new EventStream();
    private final AtomicInteger ended = new AtomicInteger();

    private void tell(int from, int to) {
        for (int i = from; i <= to; i++) {
            stream.news(MigrationNews.newBuilder()
                    .setEvent(MigrationEvent.newBuilder().setNumber(i).setTo(MigrationStatus.MIGRATION_STATUS_RUNNING))
                    .build());
        }
    }

    @Test
    void nothingIsWrittenBeforeTheServerSaysSo() {
        client.takes = true;
        stream.begin(client);
        tell(1, 1);
        assertThat(client.text()).isEmpty();
        stream.onWritePossible();
        assertThat(client.text()).startsWith("retry: 2000\n\nid: 1\nevent: event\ndata: {");
    }

    @Test
    void whatASlowClientHasNotTakenIsBounded() {
        stream.begin(client);
        int told = 0;
        while (stream.isReady()) {
            told++;
            tell(told, told);
        }
        assertThat(told).isLessThanOrEqualTo(64);
        client.takes = true;
        stream.onWritePossible();
        assertThat(stream.isReady()).isTrue();
        assertThat(client.text()).contains("id: " + told + "\n");
    }

    @Test
    void aClientThatIsGoneEndsTheWatch() {
        stream.watchedBy(ended::incrementAndGet);
        var done = stream.begin(client);
        client.takes = true;
        client.gone = true;
        stream.onWritePossible();
        assertThat(ended).hasValue(1);
        assertThat(done).isCompleted();
        assertThat(stream.isReady()).isFalse();
        tell(1, 1);
        stream.end();
        assertThat(ended).hasValue(1);
    }

    @Test
    void theEndComesAfterEverythingElse() {
        var done = stream.begin(client);
        stream.watchedBy(ended::incrementAndGet);
        tell(1, 2);
        stream.ended();
        tell(3, 3);
        stream.beat();
        assertThat(done).isNotCompleted();
        client.takes = true;
        stream.onWritePossible();
        assertThat(done).isCompleted();
        assertThat(client.text()).contains("id: 2\n").doesNotContain("id: 3\n").endsWith("event: end\ndata: {}\n\n");
        assertThat(ended).hasValue(1);
    }

    @Test
    void beatsAreSentOnlyWhenThereIsNothingElse() {
        stream.begin(client);
        stream.beat();
        client.takes = true;
        stream.onWritePossible();
        assertThat(client.text()).isEqualTo("retry: 2000\n\n");
        stream.beat();
        assertThat(client.text()).isEqualTo("retry: 2000\n\n:\n\n");
    }
}
