package io.segue.controlplane.ctl;

import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.segue.controlplane.LogSetup;
import io.segue.controlplane.Release;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** {@code ./segue ctl}: what an operator does with a control plane. Exit codes: {@link Exit}. */
@Command(
        name = "segue ctl",
        mixinStandardHelpOptions = true,
        versionProvider = Ctl.VersionProvider.class,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        usageHelpWidth = 110,
        synopsisSubcommandLabel = "COMMAND",
        description = "Drives migrations over gRPC.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            " 1:failed for another reason",
            " 2:wrong usage or a value that is not allowed",
            " 3:not found",
            " 4:refused: the state does not allow it, nothing was changed",
            " 5:no token, a wrong one, or one without the role",
            " 6:the control plane cannot be reached, is busy or did not answer in time",
            " 7:done, with findings: blockers, differing keys, a migration that failed or was rolled back"
        },
        footer = {
            "",
            "Every option has an environment variable: --token-file is SEGUE_TOKEN_FILE. SEGUE_TOKEN holds the token itself.",
            "Shell completion: source <(./segue ctl completion)"
        })
public final class Ctl {
    private static final long MOST_SECONDS = 86_400;

    @Option(
            names = "--server",
            scope = ScopeType.INHERIT,
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9000",
            description = "gRPC address of the control plane (default: ${DEFAULT-VALUE}).")
    private String server = "";

    @Option(
            names = "--token-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Where the bearer token is, for example data/admin.token.")
    private @Nullable Path tokenFile;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "json|table",
            defaultValue = "table",
            description = "How results are shown (default: ${DEFAULT-VALUE}).")
    private Output.Format format = Output.Format.TABLE;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a call may take, 1 to 86400 (default: ${DEFAULT-VALUE}).")
    private long timeout = 60;

    @Option(names = "--tls", scope = ScopeType.INHERIT, description = "Use TLS, and trust what the JVM trusts.")
    private boolean tls;

    @Option(
            names = "--tls-ca",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Use TLS, and trust these certificates (PEM).")
    private @Nullable Path tlsCa;

    @Option(
            names = "--tls-cert",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Own certificate (PEM), for mutual TLS; with --tls-key.")
    private @Nullable Path tlsCert;

    @Option(
            names = "--tls-key",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "Key of --tls-cert (PEM, PKCS#8).")
    private @Nullable Path tlsKey;

    private final Map<String, String> environment;
    private final PrintWriter out;
    private final PrintWriter err;
    private final InputStream in;
    private final boolean terminal;

    private Ctl(Map<String, String> environment, PrintWriter out, PrintWriter err, InputStream in, boolean terminal) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.in = in;
        this.terminal = terminal;
    }

    /** Runs one command. */
    public static void main(String[] arguments) {
        LogSetup.apply();
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, System.getenv(), out, err, System.in, Boolean.getBoolean("segue.terminal")));
    }

    /**
     * Runs one command and returns its exit code.
     *
     * @param environment variables that stand for options
     * @param terminal whether {@code out} is a terminal, on which lines may be drawn anew
     */
    public static int run(
            String[] arguments,
            Map<String, String> environment,
            PrintWriter out,
            PrintWriter err,
            InputStream in,
            boolean terminal) {
        CommandLine line = commandLine(new Ctl(environment, out, err, in, terminal));
        int code = line.setOut(out).setErr(err).execute(arguments);
        out.flush();
        err.flush();
        return code;
    }

    private static CommandLine commandLine(Ctl ctl) {
        CommandLine migrations = new CommandLine(new MigrationCommands(ctl));
        migrations.addSubcommand(new WatchCommand(ctl));
        return new CommandLine(ctl)
                .addSubcommand(migrations)
                .addSubcommand(new InterlayCommands(ctl))
                .addSubcommand(new EndpointCommands(ctl))
                .addSubcommand(new ProxyCommands(ctl))
                .addSubcommand(new TokenCommands(ctl))
                .addSubcommand("completion", new AutoComplete.GenerateCompletion())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(new EnvironmentDefaults(ctl.environment))
                .setExecutionExceptionHandler((thrown, command, parsed) -> ctl.explain(thrown, command));
    }

    private int explain(Exception thrown, CommandLine command) throws Exception {
        out.flush();
        if (thrown instanceof StatusRuntimeException refused) {
            String text = refused.getStatus().getDescription();
            err.println(Tables.printable(
                    text == null ? refused.getStatus().getCode().toString() : text));
            return Exit.of(refused.getStatus().getCode());
        }
        if (thrown instanceof ParameterException
                || thrown instanceof InvalidFieldException
                || thrown instanceof NotSupportedException) {
            err.println(thrown.getMessage());
            return Exit.USAGE;
        }
        if (thrown instanceof IOException) {
            err.println(command.getCommandSpec().qualifiedName() + ": " + thrown);
            return Exit.FAILED;
        }
        throw thrown;
    }

    /** Calls the control plane and shows what it says. */
    int call(ToIntFunction<Remote> work) throws IOException {
        try (Remote remote = new Remote(channel(), token(), Duration.ofSeconds(timeout()))) {
            return work.applyAsInt(remote);
        }
    }

    Output output() {
        return new Output(out, err, format);
    }

    /** Whether lines may be drawn anew. */
    boolean live() {
        return terminal && format == Output.Format.TABLE;
    }

    /** The bytes of a file, or of the standard input for {@code -}. */
    byte[] read(Path file) throws IOException {
        return file.toString().equals("-") ? in.readAllBytes() : Files.readAllBytes(file);
    }

    private long timeout() {
        if (timeout < 1 || timeout > MOST_SECONDS) {
            throw new InvalidFieldException("--timeout", timeout, "1 to " + MOST_SECONDS + " seconds");
        }
        return timeout;
    }

    private String token() throws IOException {
        Path file = tokenFile;
        return file == null
                ? environment.getOrDefault("SEGUE_TOKEN", "").strip()
                : Files.readString(file).strip();
    }

    private NettyChannelBuilder channel() throws IOException {
        NettyChannelBuilder channel = NettyChannelBuilder.forTarget(target());
        Path ca = tlsCa;
        Path cert = tlsCert;
        Path key = tlsKey;
        if ((cert == null) != (key == null)) {
            throw new InvalidFieldException(
                    cert == null ? "--tls-cert" : "--tls-key", "nothing", "a file, with the other");
        }
        if (!tls && ca == null && cert == null) {
            return channel.usePlaintext();
        }
        SslContextBuilder context = GrpcSslContexts.forClient();
        if (ca != null) {
            context.trustManager(ca.toFile());
        }
        if (cert != null && key != null) {
            context.keyManager(cert.toFile(), key.toFile());
        }
        return channel.sslContext(context.build());
    }

    private String target() {
        int colon = server.lastIndexOf(':');
        if (colon < 1 || !server.substring(colon + 1).matches("\\d{1,5}")) {
            throw new InvalidFieldException("--server", server, "HOST:PORT");
        }
        return "dns:///" + server;
    }

    /** Gives every option an environment variable; an option on the command line wins. */
    private record EnvironmentDefaults(Map<String, String> environment) implements CommandLine.IDefaultValueProvider {
        @Override
        public @Nullable String defaultValue(CommandLine.Model.ArgSpec argument) {
            if (!(argument instanceof CommandLine.Model.OptionSpec option)
                    || option.scopeType() != ScopeType.INHERIT
                    || option.usageHelp()
                    || option.versionHelp()) {
                return null;
            }
            String value = environment.get("SEGUE_"
                    + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
            return value == null || value.isEmpty() ? null : value;
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
