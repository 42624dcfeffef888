/**
 * The adapters in use: read from the log, put together, checked against their manifests and the model, and kept up to date while
 * agents act. It knows no turns.
 */
package io.marft.actor.adapters;
