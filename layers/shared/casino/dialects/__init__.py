"""One folder per counterpart: its signature, its requests, its answers, its client."""
