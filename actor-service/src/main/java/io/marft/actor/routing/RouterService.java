package io.marft.actor.routing;

import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StreamsService;
import io.marft.streaming.provision.TopicProvisioner;
import io.marft.streaming.topology.KeyPlacement;

/** The router as a running service. Any number may run, each with an instance name of its own; they share partitions. */
public final class RouterService extends StreamsService {

    /** The router with these settings; it runs from {@link #start} on. */
    public RouterService(RouterSettings settings) {
        this(settings, settings.client());
    }

    private RouterService(RouterSettings settings, ClientSettings client) {
        super(
                RouterTopology.SERVICE,
                settings.instance(),
                RouterTopology.build(client.topics(), client::codec, KeyPlacement.on(client)),
                client.streams(
                        RouterTopology.SERVICE, settings.stateDirectory(), TopicProvisioner.replication(client)));
    }
}
