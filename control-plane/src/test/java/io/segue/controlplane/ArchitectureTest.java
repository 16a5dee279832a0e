package io.segue.controlplane;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.javalin.router.RoutingApi;

@AnalyzeClasses(packages = "io.segue.controlplane", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.segue.controlplane..")
            .layer("start")
            .definedBy("io.segue.controlplane")
            .layer("faces")
            .definedBy("io.segue.controlplane.api..")
            .layer("command line")
            .definedBy("io.segue.controlplane.ctl")
            .layer("telemetry")
            .definedBy("io.segue.controlplane.telemetry")
            .layer("services")
            .definedBy("io.segue.controlplane.service")
            .layer("push")
            .definedBy("io.segue.controlplane.push")
            .layer("preflight")
            .definedBy("io.segue.controlplane.preflight")
            .layer("movers")
            .definedBy("io.segue.controlplane.mover")
            .optionalLayer("redis movers")
            .definedBy("io.segue.controlplane.mover.redis..")
            .layer("redis")
            .definedBy("io.segue.controlplane.redis")
            .layer("store")
            .definedBy("io.segue.controlplane.store")
            .layer("time")
            .definedBy("io.segue.controlplane.time")
            .whereLayer("start")
            .mayOnlyBeAccessedByLayers("command line")
            .whereLayer("command line")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("faces")
            .mayOnlyBeAccessedByLayers("start", "command line")
            .whereLayer("telemetry")
            .mayOnlyBeAccessedByLayers("start")
            .whereLayer("services")
            .mayOnlyBeAccessedByLayers("start", "faces")
            .whereLayer("push")
            .mayOnlyBeAccessedByLayers("start", "services", "telemetry")
            .whereLayer("preflight")
            .mayOnlyBeAccessedByLayers("start", "services")
            .whereLayer("movers")
            .mayOnlyBeAccessedByLayers("start", "services", "telemetry", "redis movers")
            .whereLayer("redis movers")
            .mayOnlyBeAccessedByLayers("start")
            .whereLayer("redis")
            .mayOnlyBeAccessedByLayers("start", "redis movers", "preflight")
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers("start", "services", "push")
            .because(
                    "calls go from the faces to the services to the store: put what both faces need into a service; services"
                            + " know movers by their interface only: what one kind of database needs belongs into its own folder");

    @ArchTest
    static final ArchRule MOVERS_KNOW_NOBODY = noClasses()
            .that()
            .resideInAnyPackage("io.segue.controlplane.mover..", "io.segue.controlplane.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.segue.controlplane.service..",
                    "io.segue.controlplane.store..",
                    "io.segue.controlplane.push..",
                    "io.segue.controlplane.api..",
                    "io.segue.controlplane.telemetry..")
            .because(
                    "a mover is told what to do and tells its listener what happens: decide in the services, keep checkpoints in"
                            + " the mover's own folder");

    @ArchTest
    static final ArchRule STORE_KNOWS_NO_MESSAGES = noClasses()
            .that()
            .resideInAPackage("io.segue.controlplane.store")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.segue.proto..", "io.segue.core..")
            .because("the store keeps bytes: read and write messages in the services");

    @ArchTest
    static final ArchRule SERVICES_KNOW_NO_TRANSPORT = noClasses()
            .that()
            .resideInAnyPackage("io.segue.controlplane.service", "io.segue.controlplane.push")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.javalin..", "com.fasterxml..")
            .because("both faces call the same services: translate in the api packages");

    @ArchTest
    static final ArchRule NO_PROXY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.segue.proxy..")
            .because("proxy and control plane share core and proto only: move what both need there");

    @ArchTest
    static final ArchRule ROUTES_ARE_DECLARED_ONCE = noClasses()
            .that()
            .doNotHaveSimpleName("RouteTable")
            .should()
            .callMethodWhere(target(owner(assignableTo(RoutingApi.class)))
                    .and(target(
                            nameMatching("get|post|put|patch|delete|head|options|sse|ws|addHttpHandler|addEndpoint"))))
            .because("the server and the OpenAPI document are made from one table: declare the route in RouteTable");
}
