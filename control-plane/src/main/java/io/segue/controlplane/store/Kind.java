package io.segue.controlplane.store;

/** The kinds of record. The name is what stands on disk: never rename a constant. */
public enum Kind {
    ENDPOINT,
    /** Passwords of an endpoint, encrypted. Same key as the endpoint. */
    ENDPOINT_SECRET,
    INTERLAY,
    /** What an interlay's clients must log in with, encrypted. Same key as the interlay. */
    INTERLAY_SECRET,
    TEMPLATE,
    API,
    MIGRATION,
    /** Key: uuid of the migration, '/', a growing number. */
    MIGRATION_EVENT,
    /** How far the data of a migration is. Key: uuid of the migration. */
    MOVEMENT,
    /** The last verification of a migration. Key: uuid of the migration. */
    VERIFICATION,
    /** The change that is being prepared, encrypted; at most one. Gone as soon as it is decided. */
    HOLD,
    /** A proxy that was evicted and has not come back. Key: its id. */
    EVICTION,
    TOKEN,
    /** SHA-256 of a token's secret. Same key as the token. */
    TOKEN_HASH,
    PROXY,
    /** The last report of a proxy. Same key as the proxy. */
    PROXY_REPORT,
    /** What clients of an interlay used. Key: id of the interlay. */
    CENSUS,
    /** What a call with an idempotency key was answered. Key: id of the token, '/', the key of the caller. */
    IDEMPOTENCY,
    /** Who called what. Key: a growing number. */
    AUDIT
}
