"""/players and what is below it: the casino's own API for players and their money."""

from casino.wiring.accounts import accounts_handler

handler = accounts_handler()
