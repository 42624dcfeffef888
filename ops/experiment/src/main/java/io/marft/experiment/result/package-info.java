/**
 * What runs came to: the folder of results, the table, the curves and the JSON. Knows runs, starts none.
 */
package io.marft.experiment.result;
