/** The command line client, against a control plane that runs. */
@org.jspecify.annotations.NullMarked
package io.segue.loadtest.ctl;
