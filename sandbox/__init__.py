"""The local stack's driver and the simulated provider: for development, never deployed."""
