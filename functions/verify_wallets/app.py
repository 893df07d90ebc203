"""Proves by schedule the wallets that moved the day before."""

from casino.wiring.proving import proof_handler

handler = proof_handler()
