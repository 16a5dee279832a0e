/**
 * What Redis speaks, RESP2 and RESP3.
 *
 * <pre>
 * request   *2 CRLF  $3 CRLF GET CRLF  $4 CRLF user CRLF       an array of bulk strings
 *           GET user CRLF                                       an inline command, turned into the form above
 *
 * reply     +OK  -ERR text  :7  _  #t  ,1.5  (123              one line
 *           $4 CRLF user CRLF   =8 CRLF txt:user CRLF  !…       a length, then so many bytes
 *           *2 %1 ~2 >2                                         a count, then so many replies (of %: twice as many)
 *           |1 key value                                        attributes of the reply that follows
 * </pre>
 *
 * Facts about commands are data: {@code commands.tsv}.
 */
@NullMarked
package io.segue.proxy.protocol.redis;

import org.jspecify.annotations.NullMarked;
