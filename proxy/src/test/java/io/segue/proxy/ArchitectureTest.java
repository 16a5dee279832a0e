package io.segue.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** The arrows inside the proxy: bootstrap → net → session → engine → upstream → protocol (SPI) → core. */
@AnalyzeClasses(packages = "io.segue.proxy", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.segue.proxy.";

    @ArchTest
    static final ArchRule protocolKnowsNobody = noUse(
            "protocol",
            "a protocol turns bytes into requests and replies, and knows neither strategies nor sockets; pass it what it"
                    + " needs through the interfaces in protocol",
            "upstream",
            "engine",
            "session",
            "net",
            "bootstrap",
            "config");

    @ArchTest
    static final ArchRule upstreamKnowsProtocolOnly = noUse(
            "upstream",
            "a lane carries frames to a server and back; who asked, and why, comes in as a callback",
            "engine",
            "session",
            "net",
            "bootstrap");

    @ArchTest
    static final ArchRule engineKnowsUpstreamOnly = noUse(
            "engine",
            "the engine carries out verdicts for whoever asks; give it an interface that the session implements",
            "session",
            "net",
            "bootstrap");

    @ArchTest
    static final ArchRule sessionKnowsEngineOnly = noUse(
            "session",
            "a session serves one client and does not open listeners; let net hand it what it needs in the constructor",
            "net",
            "bootstrap");

    @ArchTest
    static final ArchRule netDoesNotKnowBootstrap =
            noUse("net", "bootstrap makes the parts; let it pass them in through the constructor", "bootstrap");

    @ArchTest
    static final ArchRule telemetryKnowsCoreOnly = noUse(
            "telemetry",
            "everybody counts, so telemetry must use nobody; let the owner of a value supply it as a function",
            "protocol",
            "upstream",
            "engine",
            "session",
            "net",
            "bootstrap",
            "config");

    @ArchTest
    static final ArchRule configKnowsCoreAndWireOnly = noUse(
            "config",
            "configuration is records and the way they arrive; what runs them implements ConfigTarget, what is reported"
                    + " comes from ReportSource",
            "protocol",
            "upstream",
            "engine",
            "session",
            "net",
            "bootstrap",
            "telemetry");

    @ArchTest
    static final ArchRule onlyBootstrapNamesAConcreteProtocol = noClasses()
            .that()
            .resideInAnyPackage(
                    ROOT + "upstream..", ROOT + "engine..", ROOT + "session..", ROOT + "net..", ROOT + "protocol")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + "protocol.*..")
            .allowEmptyShould(true)
            .because(
                    "a new protocol must be one folder and one line in bootstrap; if something is missing in the SPI, add it"
                            + " to io.segue.proxy.protocol for all protocols");

    @ArchTest
    static final ArchRule gatewayKnowsConfigOnly = noUse(
            "gateway",
            "the gateway is a client of the interlays like any other: it reaches them by their sockets",
            "protocol",
            "upstream",
            "engine",
            "session",
            "net",
            "bootstrap");

    @ArchTest
    static final ArchRule generatedClassesStayInConfig = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "config..", ROOT + "gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.segue.proto..", "com.google.protobuf..", "io.grpc..")
            .because(
                    "the wire may change without the data plane noticing; map the message to a record in config, or answer it in"
                            + " gateway");

    @ArchTest
    static final ArchRule slicesAreFreeOfCycles = slices().matching("io.segue.proxy.(*)..")
            .should()
            .beFreeOfCycles()
            .because(
                    "packages that need each other are one package; move the shared type down, or put an interface between");

    @ArchTest
    static final ArchRule nothingWaits = noClasses()
            .should()
            .callMethodWhere(blocks())
            .because("a thread that waits serves nobody; continue in a stage (thenCompose, whenComplete), or schedule");

    @ArchTest
    static final ArchRule noStaticState = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .because("two proxies run in one process in the tests; keep state in an object that bootstrap makes");

    private static ArchRule noUse(String from, String mend, String... forbidden) {
        String[] packages = new String[forbidden.length];
        for (int i = 0; i < forbidden.length; i++) {
            packages[i] = ROOT + forbidden[i] + "..";
        }
        return noClasses()
                .that()
                .resideInAPackage(ROOT + from + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .allowEmptyShould(true)
                .because(mend);
    }

    private static DescribedPredicate<JavaCall<?>> blocks() {
        Set<String> waits = Set.of("get", "join");
        return DescribedPredicate.describe("wait (Thread.sleep, Future.get, CompletableFuture.join)", call -> {
            JavaClass owner = call.getTargetOwner();
            boolean sleeps =
                    owner.isEquivalentTo(Thread.class) && call.getName().equals("sleep");
            boolean future = owner.isAssignableTo(Future.class) || owner.isAssignableTo(CompletableFuture.class);
            return sleeps || (future && waits.contains(call.getName()));
        });
    }
}
