/**
 * The language of chat templates, Jinja, with jinja2's meaning to the byte: Python's values, operators and string methods,
 * jinja2's scopes and whitespace control, and the environment that Hugging Face's transformers sets up.
 *
 * <p>{@link Template} is the way in. A template is cut into tokens and parsed into statements and expressions, which run
 * themselves ({@link io.marft.jinja.syntax}). They call filters, tests and methods ({@link io.marft.jinja.library}) on values
 * ({@link io.marft.jinja.value}). Constructs that are not supported are refused with a
 * {@link io.marft.jinja.value.TemplateException}: none renders to other text than jinja2's.
 *
 * <p>This module knows nothing else of marft.
 */
package io.marft.jinja;
