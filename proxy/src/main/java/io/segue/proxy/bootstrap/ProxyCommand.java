package io.segue.proxy.bootstrap;

import io.segue.core.validation.InvalidFieldException;
import io.segue.proxy.config.HostPort;
import io.segue.proxy.config.LinkTls;
import io.segue.proxy.config.Overrides;
import io.segue.proxy.engine.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of the proxy. */
@Command(
        name = "segue proxy",
        description =
                "Serves the interlays of a control plane: splits, doubles and shadows traffic by the running migrations.",
        versionProvider = Release.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        footerHeading =
                "%nEvery flag can also be given as an environment variable: --data-dir is SEGUE_DATA_DIR, and so on. The"
                        + " token comes from SEGUE_TOKEN or --token-file.%n%nExamples:%n",
        footer = {
            "  SEGUE_TOKEN=... segue proxy --node-id p1 --control-plane 127.0.0.1:9000",
            "  segue proxy --node-id p2 --control-plane 10.0.0.5:9000 --token-file /run/segue/token \\",
            "      --admin 127.0.0.1:9102 --listen user_cache_interlay=127.0.0.1:7100",
            "",
            "Exit codes: 1 could not start, 2 wrong usage, 143 stopped in order by SIGTERM."
        })
public final class ProxyCommand {
    private static final String TOKEN_VARIABLE = "SEGUE_TOKEN";

    @Option(
            names = "--node-id",
            required = true,
            paramLabel = "ID",
            description = "Name of this proxy, unique among all.")
    private String nodeId = "";

    @Option(
            names = "--control-plane",
            required = true,
            paramLabel = "HOST:PORT",
            description = "gRPC address of the control plane.")
    private String controlPlane = "";

    @Option(
            names = "--control-plane-ca",
            paramLabel = "FILE",
            description =
                    "Who has signed the control plane's certificate, in PEM. With it the link is encrypted; the files are read"
                            + " again for every connection.")
    private @Nullable Path controlPlaneCa;

    @Option(
            names = "--control-plane-cert",
            paramLabel = "FILE",
            description = "Own certificate in PEM, for a control plane that asks for one; needs --control-plane-key.")
    private @Nullable Path controlPlaneCertificate;

    @Option(
            names = "--control-plane-key",
            paramLabel = "FILE",
            description = "Its private key in PEM (PKCS #8, not encrypted).")
    private @Nullable Path controlPlaneKey;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description =
                    "Where /healthz, /readyz, /metrics and /config are. Default: 127.0.0.1:9100; port 0 takes any.")
    private String admin = "127.0.0.1:9100";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the last good configuration is kept. Default: ./data/proxy-ID.")
    private @Nullable Path dataDir;

    @Option(names = "--region", paramLabel = "R", description = "Region of this proxy, for strategies that go by it.")
    private String region = "";

    @Option(
            names = "--instance",
            paramLabel = "I",
            description = "Instance of this proxy, for strategies that go by it.")
    private String instance = "";

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Event loops, 1 to 1024. Default: one for each processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--rescue-budget-ms",
            paramLabel = "MS",
            description =
                    "How long a read sent to the side that is not the authority may take before the authority answers"
                            + " it, 1 to 10000. Default: 50.")
    private int rescueBudgetMs = (int) Settings.DEFAULT.rescueBudgetMs();

    @Option(
            names = "--listen",
            split = ",",
            paramLabel = "INTERLAY=HOST:PORT",
            description = "Serve an interlay here instead of at its own address. May be repeated.")
    private List<String> listen = new ArrayList<>();

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            description = "Where applications call APIs over gRPC. Default: nowhere; port 0 takes any.")
    private @Nullable String gateway;

    @Option(
            names = "--gateway-token-file",
            paramLabel = "FILE",
            description =
                    "The first line is the token that callers of APIs must bring. Needed unless --gateway is on the"
                            + " loopback address.")
    private @Nullable Path gatewayTokenFile;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The first line is the token; read again for every connection to the control plane.")
    private @Nullable Path tokenFile;

    private final Map<String, String> environment;

    private ProxyCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What becomes of parsed options. */
    @FunctionalInterface
    public interface Action {
        /** Runs; returns the exit code. */
        int run(ProxyOptions options);
    }

    /**
     * Parses {@code args} and runs {@code action}, or prints help or what is wrong.
     *
     * @return the exit code
     */
    public static int execute(
            String[] args, Map<String, String> environment, PrintWriter out, PrintWriter err, Action action) {
        ProxyCommand command = new ProxyCommand(environment);
        CommandLine line = new CommandLine(command)
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setOverwrittenOptionsAllowed(false)
                .setOut(out)
                .setErr(err);
        line.setParameterExceptionHandler((wrong, given) -> explain(wrong, err));
        line.setExecutionStrategy(parsed -> {
            Integer helpGiven = CommandLine.executeHelpRequest(parsed);
            return helpGiven != null ? helpGiven : action.run(command.options(line));
        });
        return line.execute(args);
    }

    /** Says what is wrong, and what may have been meant: a misspelt flag is more often the cause than a forgotten one. */
    private static int explain(ParameterException wrong, PrintWriter err) {
        CommandLine line = wrong.getCommandLine();
        err.println(wrong.getMessage());
        for (String argument : line.getUnmatchedArguments()) {
            List<String> similar = new UnmatchedArgumentException(line, List.of(argument)).getSuggestions();
            err.println("Not known: " + argument
                    + (similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?"));
        }
        err.println("Try: segue proxy --help");
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    private ProxyOptions options(CommandLine line) {
        try {
            return new ProxyOptions(
                    nodeId,
                    HostPort.parse("--control-plane", controlPlane),
                    HostPort.parse("--admin", admin),
                    dataDir == null ? Path.of("data", "proxy-" + nodeId) : dataDir,
                    region,
                    instance,
                    threads,
                    rescueBudgetMs,
                    Overrides.parse(listen),
                    Optional.ofNullable(gateway).map(address -> HostPort.parse("--gateway", address)),
                    Optional.ofNullable(gatewayTokenFile).map(ProxyCommand::tokenIn),
                    token(),
                    tls());
        } catch (InvalidFieldException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static Supplier<String> tokenIn(Path path) {
        TokenFile file = new TokenFile(path);
        // Wrong from the start is a mistake in the command; wrong later is trouble with the link.
        file.get();
        return file;
    }

    private Optional<LinkTls> tls() {
        if (controlPlaneCa == null) {
            if (controlPlaneCertificate != null || controlPlaneKey != null) {
                throw new InvalidFieldException(
                        "--control-plane-ca",
                        "nothing",
                        "a file, because the link to the control plane is to be encrypted");
            }
            return Optional.empty();
        }
        return Optional.of(LinkTls.of(controlPlaneCa, controlPlaneCertificate, controlPlaneKey));
    }

    private Supplier<String> token() {
        if (tokenFile != null) {
            return tokenIn(tokenFile);
        }
        String token = environment.getOrDefault(TOKEN_VARIABLE, "").strip();
        if (token.isEmpty()) {
            throw new InvalidFieldException(
                    TOKEN_VARIABLE, "nothing", "a token of the role proxy, here or in --token-file");
        }
        return () -> token;
    }
}
