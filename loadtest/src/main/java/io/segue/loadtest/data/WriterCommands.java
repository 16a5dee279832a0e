package io.segue.loadtest.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The commands of writers, as templates. {@code $k} stands for the key, {@code $o} for another key (in a cluster one of the same slot), {@code $v} for a
 * value, {@code $m} for one of few members, {@code $n} for a small number, {@code $f} for a decimal, {@code $s} for few milliseconds, {@code $l} for
 * many, {@code $S} and {@code $L} for moments that far away, {@code $i} for the id of a stream entry of the key, {@code $c} for a consumer.
 */
final class WriterCommands {
    private static final List<String> ANY = List.of(
            "DEL $k",
            "UNLINK $k $o",
            "PEXPIRE $k $s",
            "PEXPIRE $k $l",
            "PEXPIREAT $k $L",
            "PEXPIREAT $k $S",
            "EXPIRE $k 3600",
            "PERSIST $k",
            "PERSIST $o",
            "RENAME $k $o",
            "RENAME $o $k",
            "RENAMENX $o $k",
            "RENAMENX $k $o",
            "COPY $k $o REPLACE",
            "COPY $o $k");

    private static final Map<MixedKeys.Kind, List<String>> TYPED = typed();

    /** Each is one MULTI … EXEC. */
    private static final List<List<String>> TRANSACTIONS = List.of(
            List.of("SET $k $v", "PEXPIRE $k $l", "APPEND $k $v"),
            List.of("DEL $k", "RPUSH $k $v $v"),
            List.of("RENAME $o $k", "PERSIST $k"),
            List.of("DEL $o", "INCRBY $o $n", "COPY $o $k REPLACE"),
            List.of("DEL $k", "HSET $k f $v"),
            List.of("SADD $o $m $m", "SPOP $o", "SMOVE $o $k $m"));

    private static final List<List<String>> SCRIPTS = List.of(
            List.of("EVAL", "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])", "1", "$k", "$v", "$l"),
            List.of(
                    "EVAL",
                    "redis.call('DEL', KEYS[1]); return redis.call('RPUSH', KEYS[1], ARGV[1])",
                    "1",
                    "$k",
                    "$v"),
            List.of(
                    "EVAL",
                    "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end return 1",
                    "2",
                    "$k",
                    "$o"),
            List.of(
                    "EVAL",
                    "redis.call('SADD', KEYS[1], ARGV[1]) return redis.call('SPOP', KEYS[1])",
                    "1",
                    "$o",
                    "$m"));

    private static final List<List<String>> UNDECLARED = List.of(
            List.of("EVAL", "return redis.call('SET', ARGV[1], ARGV[2])", "0", "$k", "$v"),
            List.of("EVAL", "return redis.call('DEL', ARGV[1])", "0", "$k"),
            List.of(
                    "EVAL",
                    "redis.call('HSET', ARGV[1], 'f', ARGV[2]); return redis.call('PEXPIRE', ARGV[1], 90000)",
                    "0",
                    "$o",
                    "$v"));

    private WriterCommands() {}

    private static Map<MixedKeys.Kind, List<String>> typed() {
        Map<MixedKeys.Kind, List<String>> typed = new EnumMap<>(MixedKeys.Kind.class);
        typed.put(
                MixedKeys.Kind.STRING,
                List.of(
                        "SET $k $v",
                        "SET $k $v",
                        "SET $k $v PX $s",
                        "SET $k $v PX $l",
                        "SET $k $v KEEPTTL",
                        "SET $k $v NX",
                        "SET $k $v XX GET",
                        "PSETEX $k $l $v",
                        "GETEX $k PX $l",
                        "GETEX $k PERSIST",
                        "GETDEL $k",
                        "GETSET $k $v",
                        "APPEND $k $v",
                        "SETRANGE $k $n $v",
                        "MSET $k $v $o $v"));
        typed.put(
                MixedKeys.Kind.INTEGER,
                List.of(
                        "INCR $k",
                        "INCR $k",
                        "INCRBY $k $n",
                        "DECR $k",
                        "INCRBYFLOAT $o $f",
                        "SET $k $n PX $s",
                        "SET $k $n",
                        "INCR $o"));
        typed.put(
                MixedKeys.Kind.LIST,
                List.of(
                        "LPUSH $k $v",
                        "RPUSH $k $v $v",
                        "RPUSH $k $v",
                        "LPOP $k",
                        "RPOP $k 2",
                        "LSET $k 0 $v",
                        "LTRIM $k 0 60",
                        "LREM $k 1 $m",
                        "LINSERT $k BEFORE $m $v",
                        "LMOVE $k $o LEFT RIGHT",
                        "RPOPLPUSH $o $k",
                        "BLPOP $k 0.01",
                        "BLMOVE $k $o RIGHT LEFT 0.01"));
        typed.put(
                MixedKeys.Kind.SET,
                List.of(
                        "SADD $k $m $m",
                        "SADD $k $n",
                        "SREM $k $m",
                        "SPOP $k",
                        "SPOP $k 2",
                        "SMOVE $k $o $m",
                        "SUNIONSTORE $o $k $o",
                        "SDIFFSTORE $k $k $o"));
        typed.put(
                MixedKeys.Kind.ZSET,
                List.of(
                        "ZADD $k $f $m",
                        "ZADD $k $n $m $n $m",
                        "ZADD $k -inf $m",
                        "ZINCRBY $k $f $m",
                        "ZREM $k $m",
                        "ZPOPMIN $k",
                        "BZPOPMAX $k 0.01",
                        "ZREMRANGEBYRANK $k 40 -1",
                        "ZRANGESTORE $o $k 0 5"));
        typed.put(
                MixedKeys.Kind.HASH,
                List.of(
                        "HSET $k $m $v",
                        "HSET $k $m $v $m $v",
                        "HDEL $k $m",
                        "HINCRBY $k c $n",
                        "HINCRBYFLOAT $k d $f",
                        "HSETNX $k $m $v"));
        typed.put(
                MixedKeys.Kind.STREAM,
                List.of(
                        "XADD $k * f $v",
                        "XADD $k MAXLEN ~ 100 * f $v",
                        "XADD $k MAXLEN 30 * f $v",
                        "XGROUP CREATE $k readers 0 MKSTREAM",
                        "XREADGROUP GROUP readers $c COUNT 2 STREAMS $k >",
                        "XREADGROUP GROUP readers $c COUNT 1 STREAMS $k >",
                        "XACK $k readers $i",
                        "XDEL $k $i",
                        "XTRIM $k MAXLEN 20",
                        "XCLAIM $k readers $c 0 $i",
                        "XAUTOCLAIM $k readers $c 0 0 COUNT 2",
                        "XGROUP DELCONSUMER $k readers $c"));
        typed.put(MixedKeys.Kind.HYPERLOGLOG, List.of("PFADD $k $v $v", "PFADD $k $v", "PFADD $o $v", "PFMERGE $k $o"));
        typed.put(
                MixedKeys.Kind.BITMAP,
                List.of("SETBIT $k $n 1", "SETBIT $k $n 0", "BITFIELD $k SET u8 $n 7", "BITOP OR $o $k $o"));
        typed.put(
                MixedKeys.Kind.GEO,
                List.of(
                        "GEOADD $k 13.36 38.11 $m",
                        "GEOADD $k 15.08 37.5 $m",
                        "ZREM $k $m",
                        "GEOSEARCHSTORE $o $k FROMLONLAT 15 37 BYRADIUS 900 km"));
        return typed;
    }

    /** Templates for a key of any kind. */
    static List<List<String>> any() {
        return split(ANY);
    }

    /** Templates for a key of one kind. */
    static Map<MixedKeys.Kind, List<List<String>>> byKind() {
        Map<MixedKeys.Kind, List<List<String>>> byKind = new EnumMap<>(MixedKeys.Kind.class);
        TYPED.forEach((kind, templates) -> byKind.put(kind, split(templates)));
        return byKind;
    }

    /** Commands between MULTI and EXEC. */
    static List<List<List<String>>> transactions() {
        return TRANSACTIONS.stream().map(WriterCommands::split).toList();
    }

    /**
     * Scripts.
     *
     * @param undeclared whether those too that write keys which the command does not name
     */
    static List<List<String>> scripts(boolean undeclared) {
        List<List<String>> scripts = new ArrayList<>(SCRIPTS);
        if (undeclared) {
            scripts.addAll(UNDECLARED);
        }
        return scripts;
    }

    private static List<List<String>> split(List<String> templates) {
        return templates.stream().map(t -> List.of(t.split(" "))).toList();
    }
}
