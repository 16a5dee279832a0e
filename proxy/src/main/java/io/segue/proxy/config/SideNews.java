package io.segue.proxy.config;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One side of a migration, as told to the control plane. The counters grow from the start of the process.
 *
 * @param reads requests that only read
 * @param writes requests that may write
 * @param errors requests that failed
 * @param latency of reads and writes since the last report, in microseconds; null if nothing was measured
 */
public record SideNews(
        long reads, long writes, long errors, @Nullable Histogram latency) {}
