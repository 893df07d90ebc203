"""GET /catalogue/games and /catalogue/providers: the catalogue for the platform's lobby."""

from casino.wiring.catalogue import reads_handler

handler = reads_handler()
