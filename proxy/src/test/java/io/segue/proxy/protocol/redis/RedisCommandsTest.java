package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Command.Handling;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisCommandsTest {
    private final RedisCommands commands = Bytes.COMMANDS;

    @Test
    void everyCommand_isFoundByItsBytesInAnyCase() {
        for (Command command : commands.all()) {
            assertSame(command, commands.byName(command.name()));
            assertSame(command, commands.byName(command.name().toLowerCase(Locale.ROOT)));
            if (command.name().indexOf(' ') < 0) {
                int length = command.name().length();
                // At the end of a buffer and before other bytes.
                ByteBuf upper = Bytes.of("zz" + command.name());
                ByteBuf lower = Bytes.of(command.name().toLowerCase(Locale.ROOT) + "zzzzzzzzzzzz");
                assertSame(command, commands.find(upper, 2, length));
                assertSame(command, commands.find(lower, 0, length));
                assertSame(Command.UNKNOWN, commands.find(lower, 0, length + 1));
            }
            assertSame(command, Bytes.request(command.name()).command());
        }
    }

    @Test
    void rows_agreeWithThemselves() {
        for (Command command : commands.all()) {
            boolean writes = command.access() == Access.WRITE || command.access() == Access.PINNED;
            assertTrue(writes || command.effect() == EffectRule.NONE, command.name());
            // The stream reads wait only with an option, and are ordinary reads and writes without it.
            assertTrue(
                    command.handling() != Handling.BLOCKING
                            || command.access() == Access.PINNED
                            || command.name().startsWith("XREAD"),
                    command.name());
            assertTrue(command.minArgs() >= 1, command.name());
            assertTrue(command.keys().first() == 0 || command.keys().step() > 0, command.name());
            assertTrue(command.keys().countAt() == 0 || command.keys().step() > 0, command.name());
        }
    }

    @Test
    void letterCase_onlyLettersAreFolded() {
        assertSame(Command.UNKNOWN, commands.find(Bytes.of("\u00c7ET"), 0, 3));
        assertSame(Command.UNKNOWN, commands.find(Bytes.of("GE\u00f4"), 0, 3));
        assertEquals("HOST:", commands.find(Bytes.of("Host:"), 0, 5).name());
        assertSame(Command.UNKNOWN, commands.find(Bytes.of("HOST\u001a"), 0, 5));
        assertEquals("EVAL_RO", commands.find(Bytes.of("eval_ro"), 0, 7).name());
        assertSame(Command.UNKNOWN, commands.find(Bytes.of("eval\u007fro"), 0, 7));
        assertSame(Command.UNKNOWN, commands.byName("no such"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BLPOP a 0|true",
                "WAIT 1 0|true",
                "GET a|false",
                "XREAD STREAMS a 0|false",
                "XREAD COUNT 1 BLOCK 0 STREAMS a 0|true",
                "xread block 5 streams a 0|true",
                "XREAD STREAMS BLOCK 0|false",
                "XREADGROUP GROUP BLOCK BLOCK STREAMS a >|false",
                "XREADGROUP GROUP g c NOACK BLOCK 1 STREAMS a >|true",
                "XREAD BLOCK|true",
                "XREAD|false",
            })
    void blocks_onlyWhenTheRequestWaits(String line, boolean expected) {
        ByteBuf in = Bytes.of("#" + Bytes.frame(line));
        assertEquals(expected, RedisCommands.blocks(Bytes.request(line), in, 1));
    }

    @Test
    void unknownCommand_isAWriteOnItsFirstArgument() {
        Command unknown = commands.byName("JSON.SET");
        assertEquals(Access.WRITE, unknown.access());
        assertEquals(EffectRule.RESYNC, unknown.effect());
        assertFalse(commands.all().contains(unknown));
    }
}
