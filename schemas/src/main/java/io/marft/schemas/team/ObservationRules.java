package io.marft.schemas.team;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import java.util.List;
import java.util.Optional;

/** What an observation must be, whatever its episode and team are. All services that read observations hold them to it. */
public final class ObservationRules {

    /** The roles that a message may have, in the order in which they usually come. */
    public static final List<String> ROLES = List.of("system", "user", "assistant");

    private ObservationRules() {}

    /** Why an observation can be of no use, in one line; empty if it may be. */
    public static Optional<String> refuse(Observation observation) {
        int step = observation.getStep();
        if (step < 0) {
            return Optional.of("step " + step + " is negative: steps count from 0");
        }
        if (observation.getDone()) {
            return step == 0
                    ? Optional.of("'done' is true at step 0: an episode begins with an observation to act upon")
                    : Optional.empty();
        }
        List<Message> messages = observation.getMessages();
        if (messages.isEmpty()) {
            return Optional.of("'messages' is empty: agents need at least one message to act upon");
        }
        for (int i = 0; i < messages.size(); i++) {
            String role = messages.get(i).getRole();
            if (!ROLES.contains(role)) {
                return Optional.of("messages[" + i + "] has role '" + role + "': use one of " + ROLES);
            }
        }
        return Optional.empty();
    }
}
