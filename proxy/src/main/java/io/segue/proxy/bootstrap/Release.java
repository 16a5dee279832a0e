package io.segue.proxy.bootstrap;

import picocli.CommandLine.IVersionProvider;

/** The release of this program, from the jar's manifest. */
final class Release implements IVersionProvider {
    private static final String UNPACKED = "dev";

    @Override
    public String[] getVersion() {
        return new String[] {"segue " + name()};
    }

    /** {@code "0.1.0"}; {@code "dev"} when it does not run from a jar. */
    static String name() {
        String version = Release.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }
}
