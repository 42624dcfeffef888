/**
 * The one way that this system reads a YAML file: strictly, with one form of error for every file, which names the file,
 * the key's path, the rule, the value and the line. Knows no record and no other package of this module.
 */
package io.marft.schemas.yaml;
