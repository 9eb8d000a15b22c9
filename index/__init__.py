"""What the planet knows: the values, the store, the search index and the list of blogs."""

__version__ = "0.6.0"
