"""Ends grants of bonus money, as the bus tells and on a schedule."""

from casino.wiring.bonuses import bonus_ends_handler

handler = bonus_ends_handler()
