"""How a provider does: figures of its API and of its requests, from what the functions count."""
