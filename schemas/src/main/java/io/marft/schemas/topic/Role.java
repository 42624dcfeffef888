package io.marft.schemas.topic;

/** The parts of the system that write and read topics; access rules are stated in these terms. */
public enum Role {
    ENVIRONMENT,
    ROUTER,
    AGENT,
    REWARD,
    ASSEMBLER,
    TRAINER,
    EVALUATOR,
    GATE,
    OPERATOR,
    CONSOLE,
    AUDITOR,
    /** Any application that reports late or human signals. */
    CLIENT
}
