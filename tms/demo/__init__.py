"""The demonstration world: a small training company one could believe in."""
