"""How people see the planet: its pages and its feeds."""
