package io.segue.controlplane.push;

import com.google.protobuf.InvalidProtocolBufferException;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoreException;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.store.VersionStep;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.ProxyReport;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is known of the proxies over a restart. Thread-safe. */
public final class ProxyArchive {
    private final Store store;

    public ProxyArchive(Store store) {
        this.store = store;
    }

    /** All proxies that were ever seen and not forgotten. */
    List<ProxyView> load() {
        List<ProxyView> views = new ArrayList<>();
        for (StoredRecord record : store.list(Kind.PROXY)) {
            try {
                Proxy proxy = Proxy.parseFrom(record.body());
                var report = store.get(Kind.PROXY_REPORT, record.key());
                views.add(new ProxyView(
                        proxy,
                        report.isPresent()
                                ? ProxyReport.parseFrom(report.get().body())
                                : ProxyReport.getDefaultInstance()));
            } catch (InvalidProtocolBufferException e) {
                throw new StoreException("the record of proxy " + record.key() + " cannot be read", e);
            }
        }
        return views;
    }

    void save(ProxyView view) {
        String id = view.proxy().getId();
        store.commit(
                List.of(
                        Change.put(Kind.PROXY, id, view.proxy().toByteString()),
                        Change.put(Kind.PROXY_REPORT, id, view.report().toByteString())),
                VersionStep.KEEP);
    }

    void forget(String id) {
        store.commit(List.of(Change.delete(Kind.PROXY, id), Change.delete(Kind.PROXY_REPORT, id)), VersionStep.KEEP);
    }
}
