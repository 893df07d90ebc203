"""The rotation of an integration's credentials: the four steps of Secrets Manager's contract."""

from casino.wiring.rotation import rotation_handler

handler = rotation_handler()
