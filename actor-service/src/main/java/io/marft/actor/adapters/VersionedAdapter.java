package io.marft.actor.adapters;

import io.marft.policy.adapter.Adapter;

/**
 * What an agent acts with: an adapter, and which of the agent's versions it is.
 *
 * @param version the version's number; 0 for the base model without an adapter
 * @param digest digest of the weights; empty for version 0
 * @param adapter the weights
 */
public record VersionedAdapter(long version, String digest, Adapter adapter) {

    /** Version 0: the base model without an adapter. */
    public static VersionedAdapter base() {
        return new VersionedAdapter(0, "", Adapter.none());
    }
}
