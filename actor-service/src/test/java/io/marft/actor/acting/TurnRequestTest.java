package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.actor.Fixtures;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.CharacterTokenizer;
import io.marft.policy.token.Prompts;
import io.marft.policy.token.Tokenizer;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.TeamException;
import io.marft.schemas.team.TeamFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model is asked for a turn, of a directory that holds no weights. */
class TurnRequestTest {

    private static final Turn TURN = Fixtures.turn("e", "reasoner", "1+2?", 11L);

    @TempDir
    private Path directory;

    private Prompts prompts;

    @BeforeEach
    void read() {
        CharacterTokenizer.write(directory);
        prompts = Prompts.read(directory);
    }

    @AfterEach
    void close() {
        prompts.close();
    }

    @Test
    void shouldAskForTheTurnsMessagesByItsSamplingAndSeed() {
        Turn turn = Turn.newBuilder(TURN)
                .setSampling(new io.marft.schemas.record.Sampling(
                        0.5f, 3, 0.9f, 7, 0.25f, List.of(4, 2), List.of("\n\n", "END")))
                .build();

        GenerationRequest request = TurnRequest.of(turn, prompts);

        try (Tokenizer tokenizer = new Tokenizer(directory.resolve("tokenizer.json"))) {
            assertArrayEquals(tokenizer.encode("<|system|>profile<|user|>1+2?<|assistant|>"), request.prompt());
        }
        assertEquals(new Sampling(0.5f, 3, 0.9f, 0.25f, 7, List.of(4, 2), List.of("\n\n", "END")), request.sampling());
        assertEquals(11L, request.seed());
    }

    /** The two sets of rules share no code: a team's file knows no mathematics, and the policy no files. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "temperature: -1",
                "temperature: 0",
                "temperature: 0.0009",
                "temperature: 0.001",
                "temperature: 1000",
                "topK: -1",
                "topK: 0",
                "topK: 100000",
                "topP: 0",
                "topP: 0.0001",
                "topP: 1",
                "topP: 1.0001",
                "minP: -0.0001",
                "minP: 0",
                "minP: 0.9999",
                "minP: 1",
                "maxNewTokens: 0",
                "maxNewTokens: 1",
                "stop: ['']",
                "stop: ['a', 'b']",
                "stopTokens: [0, 7]"
            })
    void shouldTakeTheSamplingThatATeamsFileTakesAndNoOther(String key) {
        assertEquals(isTakenByTheFile(key), isTakenByThePolicy(key));
    }

    private static String file(String key) {
        return "name: team\nagents:\n  - name: reasoner\n    answers: true\n    sampling: {" + key + "}\n";
    }

    private static boolean isTakenByTheFile(String key) {
        try {
            TeamFile.parse(file(key), "team.yaml");
            return true;
        } catch (TeamException e) {
            return false;
        }
    }

    private boolean isTakenByThePolicy(String key) {
        String name = key.substring(0, key.indexOf(':'));
        String value = key.substring(key.indexOf(':') + 2);
        var sampling = io.marft.schemas.record.Sampling.newBuilder(Fixtures.SAMPLING);
        switch (name) {
            case "temperature" -> sampling.setTemperature(Float.parseFloat(value));
            case "topK" -> sampling.setTopK(Integer.parseInt(value));
            case "topP" -> sampling.setTopP(Float.parseFloat(value));
            case "minP" -> sampling.setMinP(Float.parseFloat(value));
            case "maxNewTokens" -> sampling.setMaxNewTokens(Integer.parseInt(value));
            case "stop" -> sampling.setStop(value.equals("['']") ? List.of("") : List.of("a", "b"));
            default -> sampling.setStopTokens(List.of(0, 7));
        }
        try {
            TurnRequest.of(Turn.newBuilder(TURN).setSampling(sampling.build()).build(), prompts);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
