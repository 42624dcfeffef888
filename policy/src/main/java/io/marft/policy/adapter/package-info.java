/**
 * LoRA adapters: their matrices and shapes, PEFT's files, and how a decoder that fuses linear maps sees them. It knows
 * checkpoints, and nothing of sampling or training.
 */
package io.marft.policy.adapter;
