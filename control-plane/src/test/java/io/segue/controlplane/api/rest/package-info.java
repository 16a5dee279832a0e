/** The REST face, part by part. */
@NullMarked
package io.segue.controlplane.api.rest;

import org.jspecify.annotations.NullMarked;
