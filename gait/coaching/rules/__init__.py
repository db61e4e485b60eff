"""The rule pack: loading, schema, conditions, references."""
