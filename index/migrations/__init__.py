"""How the database came to its present schema, a step a file."""
