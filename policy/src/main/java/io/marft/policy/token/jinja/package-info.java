/**
 * The Jinja that chat templates are written in, with jinja2's meaning to the byte: Python's values, operators and string
 * methods, jinja2's scopes and whitespace control, and the environment that Hugging Face's transformers sets up.
 *
 * <p>{@link io.marft.policy.token.jinja.Template} is the way in. A template is cut into {@link Token}s, parsed into
 * {@link Statement}s and {@link Expression}s, and those run themselves. Values are Java's {@code String}, {@code Long},
 * {@code Double}, {@code Boolean}, {@code List} and {@code Map} for Python's, and {@link None}, {@link Undefined},
 * {@link Tuple}, {@link Range} and {@link Iteration} where Java has no equal. What is left out of the language is refused with
 * a {@link io.marft.policy.token.jinja.TemplateException}: no construct renders to other text than jinja2's.
 */
package io.marft.policy.token.jinja;
