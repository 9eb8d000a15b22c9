"""How programs reach the planet, and where all of it is put together."""
