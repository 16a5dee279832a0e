package io.segue.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** DESIGN §2: what proxy and control plane must agree on is pure. */
@AnalyzeClasses(packages = "io.segue.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule knowsNoNetwork = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..", "io.grpc..", "java.net..", "java.sql..", "java.io..", "java.nio.channels..")
            .because("core decides and does nothing; put input and output into proxy or control-plane");

    @ArchTest
    static final ArchRule knowsNeitherProxyNorControlPlane = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.segue.proxy..", "io.segue.controlplane..", "io.segue.loadtest..")
            .because("arrows point towards core; move what both need into core");

    @ArchTest
    static final ArchRule readsNoClock = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .because("a decision is a function of what it is given; pass the time in");

    @ArchTest
    static final ArchRule throwsNoDice = noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocalRandom.class)
            .orShould()
            .callMethod(Math.class, "random")
            .because("every proxy must decide alike; take shares from Bucket");

    @ArchTest
    static final ArchRule generatedClassesStayAtTheEdge = noClasses()
            .that()
            .resideOutsideOfPackage("io.segue.core.wire")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.segue.proto..", "com.google.protobuf..")
            .because("the wire format may change without the decisions; map it in core.wire");

    @ArchTest
    static final ArchRule packagesHaveNoCycles = slices().matching("io.segue.core.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a package that needs another one back belongs to it; move the shared part down");
}
