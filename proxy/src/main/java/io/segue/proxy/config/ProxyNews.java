package io.segue.proxy.config;

import java.util.List;

/**
 * All that a proxy has to tell in one report.
 *
 * @param migrations the migrations it knows of
 * @param traffic of the interlays that they move
 * @param breaches what it found out by itself
 * @param census what applications use
 */
public record ProxyNews(
        List<MigrationNews> migrations, List<TrafficNews> traffic, List<BreachNews> breaches, List<CensusNews> census) {
    public ProxyNews {
        migrations = List.copyOf(migrations);
        traffic = List.copyOf(traffic);
        breaches = List.copyOf(breaches);
        census = List.copyOf(census);
    }
}
