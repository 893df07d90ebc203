"""The codes that only bets in two steps have, beside those of `casino.wallet.refusals`."""

from typing import Final

from casino.wallet.refusals import RefusalSpec

_SPECS: Final = (
    RefusalSpec(
        "duplicate_bet",
        False,
        True,
        "The bet was decided before, under another key.",
        "Do not send it again; what the first key did stands.",
    ),
    RefusalSpec(
        "bet_not_authorized",
        False,
        False,
        "There is no hold of this bet.",
        "Send the authorization, then the same settlement again: it was not recorded.",
    ),
    RefusalSpec(
        "bet_already_settled",
        False,
        True,
        "The bet is settled; a rollback cannot take that back.",
        "Take the settlement as the outcome.",
    ),
    RefusalSpec(
        "bet_rolled_back",
        False,
        True,
        "The bet was rolled back.",
        "Take the rollback as the outcome; the stake is the player's.",
    ),
    RefusalSpec(
        "round_mismatch",
        False,
        False,
        "The bet belongs to another round.",
        "Correct the round_id and send it again; nothing was recorded.",
    ),
    RefusalSpec(
        "rollback_unknown_bet",
        False,
        True,
        "The bet is unknown: nothing moved, and its hold can never open.",
        "Take the bet as rolled back.",
    ),
    RefusalSpec(
        "rollback_repeated",
        False,
        True,
        "The bet was rolled back before: nothing moved.",
        "Take the bet as rolled back.",
    ),
)

#: Code → what it means. The last two are answered as a success: nothing had to move.
HOLD_REFUSALS: Final[dict[str, RefusalSpec]] = {spec.code: spec for spec in _SPECS}
