"""Measures what integrations pay out beyond what they take, from the ledger's stream."""

from casino.wiring.exposure import exposure_handler

handler = exposure_handler()
