/**
 * The language itself: a template's text is cut into tokens, tokens become statements and expressions, and these run
 * themselves in scopes. It knows values and the library.
 */
package io.marft.jinja.syntax;
