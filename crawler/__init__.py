"""How the planet learns: it visits feeds politely and turns what they publish into entries."""
