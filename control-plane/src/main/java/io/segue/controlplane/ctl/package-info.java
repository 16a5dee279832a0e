/** {@code ./segue ctl}: the command line for operators, over gRPC. Shows and reads the documents of the REST face. */
@NullMarked
package io.segue.controlplane.ctl;

import org.jspecify.annotations.NullMarked;
