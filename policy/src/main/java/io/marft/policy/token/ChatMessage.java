package io.marft.policy.token;

/**
 * One message of a conversation, as chat templates take them.
 *
 * @param role who speaks, such as {@code system}, {@code user} or {@code assistant}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
