/** APIs that applications call over gRPC, migrated like any other traffic. */
@org.jspecify.annotations.NullMarked
package io.segue.loadtest.gateway;
