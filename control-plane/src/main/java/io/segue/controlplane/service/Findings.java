package io.segue.controlplane.service;

import io.segue.proto.v1.Finding;
import io.segue.proto.v1.TestMigrationReply;

/** Adds findings to the answer of a pre-flight. */
final class Findings {
    private Findings() {}

    /** Something that would make the migration fail. */
    static void blocker(TestMigrationReply.Builder reply, String code, String message, String mend) {
        add(reply, Finding.Severity.BLOCKER, code, message, mend);
    }

    /** Something that an operator should know. */
    static void warning(TestMigrationReply.Builder reply, String code, String message, String mend) {
        add(reply, Finding.Severity.WARNING, code, message, mend);
    }

    static void add(
            TestMigrationReply.Builder reply, Finding.Severity severity, String code, String message, String mend) {
        reply.addFindings(Finding.newBuilder()
                .setSeverity(severity)
                .setCode(code)
                .setMessage(message)
                .setMend(mend));
    }
}
