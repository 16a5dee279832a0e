/** Parts of migrations that fail, guardrails, and evidence from traffic, against real servers. */
@org.jspecify.annotations.NullMarked
package io.segue.loadtest.failure;
