package io.marft.trainer.state;

import io.marft.trainer.critic.Critic;
import io.marft.trainer.optimizer.Moments;

/**
 * A critic's part of the training state.
 *
 * @param critic its float32 weights
 * @param moments the optimizer's moments, one entry per weight
 */
public record CriticState(Critic critic, Moments moments) {

    /** Of a critic that was never trained. */
    static CriticState fresh(Critic critic) {
        return new CriticState(critic, Moments.zero(critic.size()));
    }
}
