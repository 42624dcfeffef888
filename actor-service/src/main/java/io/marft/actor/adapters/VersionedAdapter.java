package io.marft.actor.adapters;

import io.marft.policy.adapter.Adapter;

/**
 * The adapter that an agent acts with.
 *
 * @param version its version; 0 for the base model without an adapter
 * @param digest digest of its weights; empty for version 0
 * @param adapter the weights
 */
public record VersionedAdapter(long version, String digest, Adapter adapter) {

    /** The base model without an adapter. */
    public static VersionedAdapter base() {
        return new VersionedAdapter(0, "", Adapter.none());
    }
}
