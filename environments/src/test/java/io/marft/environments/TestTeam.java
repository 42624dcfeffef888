package io.marft.environments;

import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;

/** The team of this module's tests: reasoner → actor, one step. */
public final class TestTeam {

    public static final Team CHAIN = TeamFile.parse(
            """
            name: chain
            agents:
              - {name: reasoner}
              - {name: actor, after: [reasoner], answers: true}
            """,
            "test team");

    private TestTeam() {}
}
