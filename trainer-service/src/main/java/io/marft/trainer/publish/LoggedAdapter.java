package io.marft.trainer.publish;

import io.marft.policy.adapter.Adapter;
import io.marft.schemas.record.AdapterManifest;

/**
 * One version of an agent's adapter, as it lies on the log.
 *
 * @param manifest what was published about it
 * @param adapter its weights, which have the manifest's digest
 */
public record LoggedAdapter(AdapterManifest manifest, Adapter adapter) {}
