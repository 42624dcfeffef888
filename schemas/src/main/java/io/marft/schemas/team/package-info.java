/**
 * A team and its dependency function D: who acts after whom and on what condition, as its author writes it in YAML and as
 * records carry it. Pure: it asks no cluster and keeps no state.
 */
package io.marft.schemas.team;
