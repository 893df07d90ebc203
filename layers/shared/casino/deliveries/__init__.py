"""What partners tell us: received once, answered at once, acted on once."""
