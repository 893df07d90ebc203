"""POST /player-tokens, POST /item-purchases: what the casino's site asks of Invo."""

from casino.wiring.invo import calls_handler

handler = calls_handler()
