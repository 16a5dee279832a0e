/**
 * What a proxy is told to run, and how it is told: the snapshot, the stream it comes by, the copy on disk. The only package
 * that sees the wire's generated classes; everything else works with the records here.
 */
@NullMarked
package io.segue.proxy.config;

import org.jspecify.annotations.NullMarked;
