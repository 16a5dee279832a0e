package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.validation.InvalidFieldException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverridesTest {

    @ParameterizedTest
    @CsvSource({
        "cache=127.0.0.1:7100, 127.0.0.1, 7100",
        "cache=localhost:0, localhost, 0",
        "cache=[::1]:7100, ::1, 7100",
        "cache=0.0.0.0:65535, 0.0.0.0, 65535"
    })
    void saysWhereToListen(String item, String host, int port) {
        ProxySnapshot snapshot = SnapshotMapper.fromProto(Configs.plain(1));
        InterlaySpec served =
                Overrides.parse(List.of(item)).apply(snapshot).interlays().get(0);
        assertThat(served.bind()).isEqualTo(host);
        assertThat(served.port()).isEqualTo(port);
        assertThat(served.endpoint()).isEqualTo(snapshot.interlays().get(0).endpoint());
    }

    @Test
    void leavesOtherInterlaysAlone() {
        ProxySnapshot snapshot = SnapshotMapper.fromProto(Configs.plain(1));
        assertThat(Overrides.parse(List.of("other=127.0.0.1:7100")).apply(snapshot))
                .isEqualTo(snapshot);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cache",
                "=127.0.0.1:1",
                "cache=",
                "cache=7100",
                "cache=:7100",
                "cache=h:",
                "cache=h:x",
                "cache=h:65536",
                "cache=h:+1",
                "cache=h:-1",
                "cache=::1:7100",
                "cache=[::1]",
                "cache=[::1:7100",
                "cache=[]:7100",
                "ca che=h:1"
            })
    void refusesWhatIsNotAnOverride(String item) {
        assertThatThrownBy(() -> Overrides.parse(List.of(item)))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("--listen");
    }

    @Test
    void refusesTwoPlacesForOneInterlay() {
        assertThatThrownBy(() -> Overrides.parse(List.of("a=h:1", "a=h:2"))).hasMessageContaining("each interlay once");
    }
}
