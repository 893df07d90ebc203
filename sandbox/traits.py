"""Test players: what is special about each, and a simulated KYC check that decides about one.

A trait is given through the casino's own use cases, as its back office would do it, so the wallet
decides about such a player as it does about any other.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ops.context import Operations

_YEAR_S: Final = 366 * 24 * 3600
_COOL_OFF_S: Final = 7 * 24 * 3600
#: What a limited player may stake in a bet, in minor units.
_STAKE: Final = 50_00

#: What a KYC check says → the level that the casino then records, and whether it stops bets.
KYC: Final[Mapping[str, tuple[str, bool]]] = {
    "allow": ("verified", False),
    "deny": ("restricted", True),
    "pending": ("registered", True),
}


class TestPlayer(NamedTuple):
    """A player of the sandbox with EUR 1000.00."""

    player_id: str
    trait: str
    said: str
    """What comes of the trait."""


PLAYERS: Final = (
    TestPlayer("p_limited", "limited", "a bet above 50.00 is refused: rg_stake_limit"),
    TestPlayer("p_self_excluded", "excluded", "for a year, no bet and no launch"),
    TestPlayer("p_cooling_off", "cooling-off", "for a week, no bet and no launch"),
    TestPlayer("p_kyc_allow", "kyc-allow", "the check says yes: plays"),
    TestPlayer("p_kyc_deny", "kyc-deny", "the check says no: level restricted, blocked"),
    TestPlayer("p_kyc_pending", "kyc-pending", "the check is under way: blocked until it allows"),
)
#: The other players of the sandbox, by id.
SAID: Final[Mapping[str, str]] = {
    "p_demo_1": "nothing special: plays",
    "p_demo_2": "nothing special: plays in USD",
    "p_low_balance": "a bet above 0.50 is refused: insufficient_funds",
    "p_blocked_rg": "no bet: player_blocked",
    **{each.player_id: each.said for each in PLAYERS},
}


def give(operations: Operations, trait: str, player: str, session: str) -> None:
    """Make the player, or the session, what the trait says; `normal` changes nothing."""
    who, now = operations.who(f"the test player's trait: {trait}"), int(operations.clock.now())
    if trait == "blocked":
        operations.players.set_blocked(player, blocked=True, who=who)
    if trait == "excluded":
        operations.limits.exclude(player, "self_exclusion", now + _YEAR_S, who=who)
    if trait == "cooling-off":
        operations.limits.exclude(player, "cool_off", now + _COOL_OFF_S, who=who)
    if trait == "limited":
        operations.limits.set(player, "EUR", {"stake": _STAKE}, who=who)
    if trait == "closed":
        operations.sessions.set_status(session, "closed", who=who)
    if trait == "suspended":
        operations.sessions.set_status(session, "suspended", who=who)
    if trait.startswith("kyc-"):
        check_identity(operations, player, trait.removeprefix("kyc-"))


def check_identity(operations: Operations, player: str, verdict: str) -> None:
    """Let the simulated KYC check say `allow`, `deny` or `pending`, and the casino act on it.

    Raises `KeyError` for another verdict.
    """
    level, blocked = KYC[verdict]
    who = operations.who(f"the KYC check says {verdict}")
    operations.players.change_profile(player, who=who, kyc_level=level)
    operations.players.set_blocked(player, blocked=blocked, who=who)
