"""Plays a round against a new version of the hooks before it gets any traffic."""

from casino.wiring.rehearsal import rehearsal_handler

handler = rehearsal_handler()
