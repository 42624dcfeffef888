/**
 * What a template may call: jinja2's filters, tests and functions, the methods of Python's strings and dicts, and those that
 * transformers adds. It knows values, not syntax.
 */
package io.marft.jinja.library;
