"""Takes the four steps of a rotation, as Secrets Manager's contract has them."""

from casino.wiring.rotation import rotation_handler

handler = rotation_handler()
