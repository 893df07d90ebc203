"""A round that is played against a new version of the hooks before it gets any traffic."""
