package io.segue.controlplane;

/** Which release this is. */
final class Release {
    private Release() {}

    /** From the jar's manifest; {@code "development"} when run from classes. */
    static String current() {
        String version = Release.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
