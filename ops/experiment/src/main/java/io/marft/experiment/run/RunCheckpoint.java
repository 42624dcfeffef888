package io.marft.experiment.run;

import java.util.Map;

/**
 * A run at a point of its curve, to go on from.
 *
 * @param definition what the run is
 * @param state how far it is
 * @param learned the training state, as {@link io.marft.trainer.state.StateBytes} writes it
 */
public record RunCheckpoint(Map<String, String> definition, RunState state, byte[] learned) {}
