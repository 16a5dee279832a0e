/** Plans change on a fleet while its parts fail. */
@NullMarked
package io.segue.loadtest.planchange;

import org.jspecify.annotations.NullMarked;
