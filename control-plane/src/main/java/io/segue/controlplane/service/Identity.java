package io.segue.controlplane.service;

import io.segue.proto.v1.Role;

/**
 * Who calls.
 *
 * @param token id of the token
 * @param role what it may do
 */
public record Identity(String token, Role role) {
    /** Nobody: what happens by itself. */
    static final Identity SYSTEM = new Identity("system", Role.ROLE_ADMIN);

    /** Whether it may do what needs {@code access}. */
    public boolean may(Access access) {
        return switch (access) {
            case OPEN -> true;
            case READ -> role == Role.ROLE_READ || role == Role.ROLE_ADMIN;
            case ADMIN -> role == Role.ROLE_ADMIN;
            case STREAM -> role == Role.ROLE_PROXY || role == Role.ROLE_ADMIN;
        };
    }

    /** Passes when it may do what needs {@code access}; throws {@link ServiceException} when it may not. */
    public void require(Access access) {
        if (!may(access)) {
            throw new ServiceException(
                    Code.PERMISSION_DENIED,
                    "token " + token + " has role " + Names.of(role) + ", and this call needs " + access.roles());
        }
    }
}
