package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.Fleet;
import java.io.IOException;
import java.time.Duration;

/** What a load is put on: the server itself, or the proxy in front of it. */
enum Target {
    /** A direct connection to OLD. */
    DIRECT,
    /** Through the proxy. */
    PROXY;

    /** Measures one run. */
    Figures measure(Fleet fleet, LoadTool tool, Scenario scenario, long requests)
            throws IOException, InterruptedException {
        long oldPid = fleet.oldServer().pid();
        long newPid = fleet.newServer().pid();
        long proxyPid = fleet.proxies().get(0).process().pid();
        Duration oldBefore = CpuTime.of(oldPid);
        Duration newBefore = CpuTime.of(newPid);
        Duration proxyBefore = CpuTime.of(proxyPid);
        int port = this == DIRECT
                ? fleet.oldServer().port()
                : fleet.proxies().get(0).port();
        double rate = tool.run(port, scenario, requests);
        return new Figures(
                rate,
                micros(oldPid, oldBefore, requests),
                micros(newPid, newBefore, requests),
                this == DIRECT ? 0 : micros(proxyPid, proxyBefore, requests));
    }

    private static double micros(long pid, Duration before, long requests) {
        return CpuTime.of(pid).minus(before).toNanos() / 1e3 / requests;
    }
}
