/** The REST face: translates JSON, decides nothing. */
@NullMarked
package io.segue.controlplane.api.rest;

import org.jspecify.annotations.NullMarked;
