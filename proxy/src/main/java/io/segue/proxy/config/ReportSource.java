package io.segue.proxy.config;

/** What this proxy has to tell the control plane. */
@FunctionalInterface
public interface ReportSource {

    /**
     * The news for the next report. Called from the configuration thread about once a second, and only when the report will be
     * sent, so that nothing measured since the last one is lost. Must not block.
     *
     * @param snapshot what runs now
     */
    ProxyNews news(ProxySnapshot snapshot);

    /** What is held, and was. Called as {@link #news}. */
    default HoldNews holds() {
        return HoldNews.NONE;
    }
}
