/**
 * The values of a template and what Python does with them: types, truth, arithmetic, comparisons, slices, loops and text. It
 * knows neither the language's syntax nor its filters.
 */
package io.marft.jinja.value;
