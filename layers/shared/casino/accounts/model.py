"""The levels of verification of a player."""

from typing import Final

#: Levels of verification of iGSP, the weakest first.
KYC_ORDER: Final = ("anonymous", "registered", "basic", "verified", "enhanced", "source_of_funds")
#: What an operator may say of a player: `restricted` is a bar and no level.
KYC_LEVELS: Final = (*KYC_ORDER, "restricted")
