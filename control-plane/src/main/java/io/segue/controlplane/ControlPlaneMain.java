package io.segue.controlplane;

import io.segue.controlplane.api.tls.ServerTls;
import io.segue.controlplane.service.Limits;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
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
            "  SEGUE_…             Every flag: --data-dir is SEGUE_DATA_DIR, and so on. The command line wins.",
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

    @Option(
            names = "--rest-tls-cert",
            paramLabel = "FILE",
            description =
                    "Certificate of the REST API in PEM, with those that lead to its authority; needs --rest-tls-key.")
    private @Nullable Path restCertificate;

    @Option(
            names = "--rest-tls-key",
            paramLabel = "FILE",
            description = "Its private key in PEM (PKCS #8, not encrypted).")
    private @Nullable Path restKey;

    @Option(
            names = "--grpc-tls-cert",
            paramLabel = "FILE",
            description =
                    "Certificate of the gRPC API in PEM; needs --grpc-tls-key. Proxies then need --control-plane-ca.")
    private @Nullable Path grpcCertificate;

    @Option(names = "--grpc-tls-key", paramLabel = "FILE", description = "Its private key.")
    private @Nullable Path grpcKey;

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description =
                    "Authorities in PEM: where TLS is spoken, every client must show a certificate of one of them.")
    private @Nullable Path clientCa;

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
        System.exit(new CommandLine(main)
                .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
                .execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        ControlPlane controlPlane;
        try {
            Check.range("--hold-limit-ms", holdLimitMs, 100, 60_000);
            controlPlane = ControlPlane.start(new ControlPlaneOptions(
                    rest,
                    grpc,
                    admin,
                    dataDir,
                    adminToken,
                    Limits.DEFAULT.withHold(Duration.ofMillis(holdLimitMs)),
                    tls()));
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

    private ControlPlaneOptions.Tls tls() throws IOException {
        ControlPlaneOptions.Tls tls = new ControlPlaneOptions.Tls(
                tls("rest", restCertificate, restKey), tls("grpc", grpcCertificate, grpcKey));
        if (clientCa != null && tls.rest().isEmpty() && tls.grpc().isEmpty()) {
            throw new InvalidFieldException(
                    "--tls-client-ca", clientCa, "--rest-tls-cert, --grpc-tls-cert, or both, beside it");
        }
        return tls;
    }

    private Optional<ServerTls> tls(String face, @Nullable Path certificate, @Nullable Path key) throws IOException {
        if (certificate == null && key == null) {
            return Optional.empty();
        }
        if (certificate == null || key == null) {
            String missing = "--" + face + (certificate == null ? "-tls-cert" : "-tls-key");
            throw new InvalidFieldException(missing, "nothing", "a file: certificate and key go together");
        }
        return Optional.of(ServerTls.read(face, certificate, key, Optional.ofNullable(clientCa)));
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
