package io.segue.proxy;

import io.segue.proxy.bootstrap.DataPlanes;
import io.segue.proxy.bootstrap.ProxyCommand;
import io.segue.proxy.bootstrap.ProxyOptions;
import io.segue.proxy.bootstrap.ProxyProcess;
import io.segue.proxy.config.HostPort;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** The proxy as a program. */
public final class ProxyMain {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    private ProxyMain() {}

    /** Runs until a signal stops the process; exits with 1 if it could not start, with 2 on wrong usage. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s %5$s%6$s%n");
        }
        int exitCode =
                ProxyCommand.execute(args, System.getenv(), writer(System.out), writer(System.err), ProxyMain::run);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    private static int run(ProxyOptions options) {
        ProxyProcess process;
        try {
            process = ProxyProcess.start(options, DataPlanes::create);
        } catch (IOException e) {
            System.err.println("cannot start: " + e.getMessage());
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "segue-stop"));
        InetSocketAddress admin = process.adminAddress();
        String gateway = process.gatewayPort() == 0 ? "" : " gateway=" + process.gatewayPort();
        System.out.println(
                "ready admin=" + new HostPort(admin.getAddress().getHostAddress(), admin.getPort()) + gateway);
        try {
            process.awaitClosed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }
}
