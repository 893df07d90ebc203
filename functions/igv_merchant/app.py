"""The merchant's calls to iGV, which are signed with RSA: users synced, orders listed."""

from casino.wiring.igv import merchant_handler

handler = merchant_handler()
