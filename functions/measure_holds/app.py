"""Measures on a schedule how long stakes are held that nobody settles."""

from casino.wiring.holds import holds_handler

handler = holds_handler()
