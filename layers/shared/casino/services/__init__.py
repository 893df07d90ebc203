"""Use cases: load a snapshot, decide, commit. They know the ports, never AWS."""
