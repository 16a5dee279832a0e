package io.segue.proxy.gateway;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.ApiGatewayGrpc;
import io.segue.proto.v1.ExecuteReply;
import io.segue.proto.v1.ExecuteRequest;
import io.segue.proxy.config.ApiSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.ProxySnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs APIs. Each call waits on a thread of the gateway's own. */
final class ApiGatewayService extends ApiGatewayGrpc.ApiGatewayImplBase {
    private static final int LONGEST_MS = 10_000;

    private final Supplier<ProxySnapshot> running;
    private final Function<String, @Nullable InetSocketAddress> addresses;
    private final RespLinks links;

    /**
     * @param running what this proxy runs now
     * @param addresses where interlays listen, by id
     */
    ApiGatewayService(
            Supplier<ProxySnapshot> running, Function<String, @Nullable InetSocketAddress> addresses, RespLinks links) {
        this.running = running;
        this.addresses = addresses;
        this.links = links;
    }

    @Override
    public void execute(ExecuteRequest request, StreamObserver<ExecuteReply> caller) {
        ExecuteReply reply;
        try {
            reply = execute(request);
        } catch (StatusRuntimeException e) {
            caller.onError(e);
            return;
        } catch (InvalidFieldException e) {
            caller.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        caller.onNext(reply);
        caller.onCompleted();
    }

    private ExecuteReply execute(ExecuteRequest request) {
        ProxySnapshot now = running.get();
        ApiSpec api = now.apis().stream()
                .filter(one -> one.id().equals(request.getApi()))
                .findFirst()
                .orElseThrow(() -> Status.NOT_FOUND
                        .withDescription("api " + request.getApi() + ": this proxy runs no such API")
                        .asRuntimeException());
        List<List<String>> commands = Arguments.commands(api, Arguments.of(api, request.getFields()));
        List<RespLink> taken = new ArrayList<>();
        boolean done = false;
        try {
            for (ApiSpec.Binding binding : api.bindings()) {
                taken.add(take(now, binding));
            }
            ExecuteReply reply = run(api, commands, taken);
            done = true;
            return reply;
        } finally {
            for (int i = 0; i < taken.size(); i++) {
                if (done) {
                    links.give(api.bindings().get(i).interlay(), taken.get(i));
                } else {
                    taken.get(i).close();
                }
            }
        }
    }

    private RespLink take(ProxySnapshot now, ApiSpec.Binding binding) {
        InetSocketAddress address = addresses.apply(binding.interlay());
        InterlaySpec interlay = now.interlays().stream()
                .filter(one -> one.id().equals(binding.interlay()))
                .findFirst()
                .orElse(null);
        if (address == null || interlay == null) {
            throw unavailable("template " + binding.template() + " is not served yet");
        }
        try {
            return links.take(interlay, address);
        } catch (IOException e) {
            throw unavailable("template " + binding.template() + ": " + e.getMessage());
        }
    }

    private static StatusRuntimeException unavailable(String message) {
        return Status.UNAVAILABLE
                .withDescription(message + " (nothing was executed)")
                .asRuntimeException();
    }

    /** All are sent before the first answer is waited for: they run at the same time. */
    private static ExecuteReply run(ApiSpec api, List<List<String>> commands, List<RespLink> taken) {
        ExecuteReply.Builder reply = ExecuteReply.newBuilder();
        int at = 0;
        try {
            for (; at < commands.size(); at++) {
                taken.get(at).send(commands.get(at));
            }
            for (at = 0; at < commands.size(); at++) {
                reply.putResults(
                        api.bindings().get(at).template(), taken.get(at).read(left()));
            }
        } catch (IOException e) {
            throw Status.ABORTED
                    .withDescription("template " + api.bindings().get(at).template() + ": " + e.getMessage()
                            + " (it may have been executed)")
                    .asRuntimeException();
        }
        return reply.build();
    }

    private static int left() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null
                ? LONGEST_MS
                : (int) Math.max(1, Math.min(LONGEST_MS, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }
}
