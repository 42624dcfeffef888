package io.marft.trainer.batch;

import io.marft.policy.LanguageModel;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.DependencyFunction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Trajectories in which agents say what a test has written for them. */
final class Written {

    private static final String EPISODE = "t-written";
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

    private final LanguageModel model;
    private final Team team;

    Written(LanguageModel model, Team team) {
        this.model = model;
        this.team = team;
    }

    Trajectory trajectory(boolean terminal, Step... steps) {
        return Trajectory.newBuilder()
                .setEpisode(EPISODE)
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(Purpose.TRAINING)
                .setClosure(Closure.HORIZON)
                .setTerminal(terminal)
                .setSteps(List.of(steps))
                .setOpenedAt(NOW)
                .setClosedAt(NOW)
                .build();
    }

    /** @param said each action as {@code agent: text}, in order */
    Step step(int step, String observed, double reward, String... said) {
        List<Message> messages = List.of(new Message("user", observed));
        List<Action> actions = new ArrayList<>();
        List<PredecessorAction> earlier = new ArrayList<>();
        for (String line : said) {
            String agent = line.substring(0, line.indexOf(':'));
            String text = line.substring(line.indexOf(':') + 2);
            TeamAgent declared = new DependencyFunction(team).agent(agent);
            List<PredecessorAction> seen = earlier.stream()
                    .filter(action -> declared.getAfter().contains(action.getAgent()))
                    .toList();
            int[] prompt = model.prompt(Conversation.of(declared.getProfile(), messages, seen).stream()
                    .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                    .toList());
            actions.add(action(step, declared, prompt, text));
            earlier.add(new PredecessorAction(agent, 0L, text));
        }
        return Step.newBuilder()
                .setStep(step)
                .setMessages(messages)
                .setActions(actions)
                .setReward(Reward.newBuilder()
                        .setEpisode(EPISODE)
                        .setStep(step)
                        .setTeam(team.getName())
                        .setPurpose(Purpose.TRAINING)
                        .setValue(reward)
                        .setParts(Map.of())
                        .setVerifier("test")
                        .setVerifierVersion("1")
                        .setCreatedAt(NOW)
                        .build())
                .build();
    }

    /** A token for each character. */
    private Action action(int step, TeamAgent agent, int[] prompt, String text) {
        int tokens = Math.max(1, text.length());
        return Action.newBuilder()
                .setEpisode(EPISODE)
                .setStep(step)
                .setAgent(agent.getName())
                .setTeam(team.getName())
                .setTeamVersion(team.getVersion())
                .setPurpose(Purpose.TRAINING)
                .setAdapterVersion(0)
                .setAdapterDigest("")
                .setBaseModelDigest(model.digest())
                .setPromptTokens(Arrays.stream(prompt).boxed().toList())
                .setOutputTokens(Collections.nCopies(tokens, 7))
                .setLogProbs(Collections.nCopies(tokens, -1f))
                .setText(text)
                .setFinishReason(FinishReason.STOP)
                .setSampling(Sampling.newBuilder(agent.getSampling()).build())
                .setSeed(1)
                .setCreatedAt(NOW)
                .build();
    }
}
