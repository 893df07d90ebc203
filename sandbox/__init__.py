"""The driver of the local stack, and the simulated provider: for development, never deployed."""
