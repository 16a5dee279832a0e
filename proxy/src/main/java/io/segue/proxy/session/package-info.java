/** One client's life: where its requests begin and end, the order of its replies, back-pressure both ways. */
@NullMarked
package io.segue.proxy.session;

import org.jspecify.annotations.NullMarked;
