package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.List;

/**
 * What a lane computes with: the model's passes over the rows that it decodes, and the memory of their keys and values. Belongs
 * to its lane's thread. Rows are counted in the order in which the lane has them.
 */
public interface Passes extends AutoCloseable {

    /** Places that the rows together may take, each row as many as the longest. */
    int tokens();

    /** Makes room for more rows behind those that are there. */
    void makeRoom(List<Continuation> rows, List<Continuation> joining);

    /** What prompts of an adapter were seen to begin with, and whose keys and values were kept; empty for nothing. */
    int[] prefix(Adapter adapter);

    /** Keeps keys and values of a row's first tokens, instead of what was kept for the adapter before. */
    void learn(Adapter adapter, int row, int[] tokens);

    /**
     * Reads the prompts of new rows and draws the first token of each.
     *
     * @param group rows of one adapter, shortest prompt first
     * @param first the number that the first of them has from now on
     * @param shared how many of the first tokens of {@link #prefix} each of them begins with
     */
    void read(Adapter adapter, List<Continuation> group, int first, int shared);

    /**
     * Draws one token more for every row.
     *
     * @return whether one has ended with it
     */
    boolean advance(List<Continuation> rows);

    /**
     * A row has ended.
     *
     * @param last the last row, which takes its place if it is another
     * @param span how many places of the last row are in use
     */
    void replace(int row, int last, int span);

    /** All rows are gone. */
    void clear();

    /** Frees what belongs to adapters, least recently used first, until few enough are left that no row uses. */
    void forget(List<Adapter> used);

    @Override
    void close();
}
