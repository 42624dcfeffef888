/**
 * The losses of PPO with their derivatives, for the policy by token and action, and for the critic. Plain arithmetic in
 * double precision; knows no model and no state.
 */
package io.marft.trainer.objective;
