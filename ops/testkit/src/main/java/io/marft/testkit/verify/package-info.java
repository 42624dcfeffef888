/**
 * An independent judge of a deployment: it recomputes from the topics what the services must have written, and lists the
 * differences. It knows the records and the team's file, and no code of a service.
 */
package io.marft.testkit.verify;
