package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.List;

/**
 * What a lane computes with: the model's passes over the rows that it decodes, and the memory of their keys and values. Belongs
 * to its lane's thread. Rows have the numbers that they have in the lane, counted from 0.
 */
public interface Passes extends AutoCloseable {

    /** How many places the rows may take together; each row takes as many as the longest. */
    int tokens();

    /** Makes room for more rows behind those that are there. */
    void makeRoom(List<Continuation> rows, List<Continuation> joining);

    /** The beginning of an adapter's prompts whose keys and values are kept, as token ids; empty if none are. */
    int[] prefix(Adapter adapter);

    /** Keeps the keys and values of a row's first tokens, in place of those that were kept for the adapter before. */
    void learn(Adapter adapter, int row, int[] tokens);

    /**
     * Reads the prompts of new rows and draws the first token of each.
     *
     * @param group rows of one adapter, shortest prompt first
     * @param first the number that the first row of the group has from now on
     * @param shared how many tokens of {@link #prefix} each of the prompts begins with
     */
    void read(Adapter adapter, List<Continuation> group, int first, int shared);

    /**
     * Draws one token more for every row.
     *
     * @return whether a row has ended with it
     */
    boolean advance(List<Continuation> rows);

    /**
     * Lets a row go that has ended.
     *
     * @param row the row's number
     * @param last the number of the last row, which takes the place of {@code row} if it is another
     * @param span how many places of the last row are in use
     */
    void replace(int row, int last, int span);

    /** Lets all rows go. */
    void clear();

    /** Frees what belongs to adapters that no row uses, least recently used first, until few enough are left. */
    void forget(List<Adapter> used);

    @Override
    void close();
}
