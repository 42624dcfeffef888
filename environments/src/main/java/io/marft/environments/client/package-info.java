/**
 * What an application does with a team in service: writes observations and follows what becomes of them. It meets services on
 * topics only.
 */
package io.marft.environments.client;
