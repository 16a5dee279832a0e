package io.segue.controlplane;

import io.segue.controlplane.service.Limits;
import io.segue.core.validation.Check;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./segue control-plane}. */
@Command(
        name = "segue control-plane",
        mixinStandardHelpOptions = true,
        versionProvider = ControlPlaneMain.VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Owns the migrations, takes their configuration to the proxies, and serves the API.",
            "Prints 'ready rest=HOST:PORT grpc=HOST:PORT admin=HOST:PORT' when it serves."
        },
        footer = {
            "",
            "Environment:",
            "  SEGUE_ADMIN_TOKEN   The first admin token. Without it one is made at the first start and written to",
            "                      DIR/admin.token, readable by its owner only.",
            "",
            "Stops on SIGTERM and Ctrl-C. Everything it answered for is on disk."
        })
public final class ControlPlaneMain implements Callable<Integer> {
    private static final String TOKEN_VARIABLE = "SEGUE_ADMIN_TOKEN";

    @Option(
            names = "--rest",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = "127.0.0.1:8000",
            description = "Where the REST API listens (default: ${DEFAULT-VALUE}; port 0: any free one).")
    private InetSocketAddress rest = new InetSocketAddress(0);

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = "127.0.0.1:9000",
            description = "Where the gRPC API listens; proxies connect here (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress grpc = new InetSocketAddress(0);

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            defaultValue = "127.0.0.1:9001",
            description = "Where /healthz, /readyz and /metrics are (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress admin = new InetSocketAddress(0);

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "./data",
            description = "Where everything is kept (default: ${DEFAULT-VALUE}). One control plane per directory.")
    private Path dataDir = Path.of("data");

    @Option(
            names = "--hold-limit-ms",
            paramLabel = "MS",
            defaultValue = "2000",
            description =
                    "How long requests may wait while keys change sides, 100 to 60000 (default: ${DEFAULT-VALUE})."
                            + " A change that takes longer does not happen.")
    private int holdLimitMs = 2_000;

    private final Optional<String> adminToken;
    private final PrintStream out;
    private final PrintStream err;

    private ControlPlaneMain(Optional<String> adminToken, PrintStream out, PrintStream err) {
        this.adminToken = adminToken;
        this.out = out;
        this.err = err;
    }

    /** Runs until it is told to stop. Exit codes: 0 stopped, 1 could not start, 2 wrong usage. */
    public static void main(String[] arguments) {
        LogSetup.apply();
        Optional<String> token = Optional.ofNullable(System.getenv(TOKEN_VARIABLE))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
        ControlPlaneMain main = new ControlPlaneMain(token, System.out, System.err);
        System.exit(new CommandLine(main).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        ControlPlane controlPlane;
        try {
            Check.range("--hold-limit-ms", holdLimitMs, 100, 60_000);
            controlPlane = ControlPlane.start(new ControlPlaneOptions(
                    rest, grpc, admin, dataDir, adminToken, Limits.DEFAULT.withHold(Duration.ofMillis(holdLimitMs))));
        } catch (IOException | RuntimeException e) {
            // Also what the web server throws when its port is taken.
            err.println("segue control-plane: cannot start: " + rootMessage(e));
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            controlPlane.close();
                            stopped.countDown();
                        },
                        "segue-stop"));
        out.println("ready rest=" + show(controlPlane.restAddress()) + " grpc=" + show(controlPlane.grpcAddress())
                + " admin=" + show(controlPlane.adminAddress()));
        out.flush();
        stopped.await();
        return 0;
    }

    private static String rootMessage(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !message.contains(cause.getMessage())) {
                message = message + ": " + cause.getMessage();
            }
        }
        return message;
    }

    private static String show(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Reads {@code HOST:PORT}, {@code [IPV6]:PORT}. */
    static final class AddressConverter implements CommandLine.ITypeConverter<InetSocketAddress> {
        @Override
        @SuppressWarnings("AddressSelection") // A listener has one address, and it is the operator who names it.
        public InetSocketAddress convert(String value) {
            int colon = value.lastIndexOf(':');
            if (colon > 0) {
                try {
                    int port = Integer.parseInt(value.substring(colon + 1));
                    String host = value.substring(0, colon).replaceAll("^\\[|]$", "");
                    if (port >= 0 && port <= 65_535 && !host.isEmpty()) {
                        return new InetSocketAddress(host, port);
                    }
                } catch (NumberFormatException e) {
                    // Told below, like a number that is no port.
                }
            }
            throw new CommandLine.TypeConversionException(value + " (expected: HOST:PORT)");
        }
    }

    /** For {@code --version}. */
    static final class VersionProvider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"segue " + Release.current()};
        }
    }
}
