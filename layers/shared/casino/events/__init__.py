"""What the world is told: events made from what is stored, never from a request."""
