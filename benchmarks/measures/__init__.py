"""One module for each kind of figure, and what it needs."""
