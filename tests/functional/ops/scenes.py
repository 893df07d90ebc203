"""What is typed to see that every verb is audited, or changes nothing: a scene for each."""

import time
from dataclasses import dataclass

from casino.base.times import iso_utc
from casino.integrations.switches import SWITCHES
from testing.command_line import EVERY_VERB
from testing.world import GAME
from tests.functional.ops.waiting import DELIVERY, HELD_BET, HELD_WIN

REASON = "ticket 7"
FILE = "{file}"
FUND = ("player", "fund", "ann", "EUR", "10.00")
OPEN = ("session", "open", "ann", "EUR", "--game", GAME, "--session-id", "s1")
STAGE = ("integration", "stage", "sandbox", "--file", FILE)
SOON = iso_utc(time.time() + 86_400)
ROTATE = ("integration", "rotate", "sandbox")


IDENTITY = ("--integration", "sandbox", "--email", "ann@example.org", "--identity-id", "id_1")


ACCESS = ("--brand", "b", "--area", "eu", "--provider", "p", "--client", "c")


@dataclass(frozen=True)
class Scene:
    """What is typed before a verb, and the verb; a rotation is several writes, and one is told."""

    typed: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = (FUND, OPEN)
    steps: bool = False


GRANT = ("bonus", "grant", "ann", "EUR", "b1", "5.00", "--times", "3", "--until", SOON)
RESERVE = ("player", "reserve", "ann", "EUR", "1.00", "--reservation-id", "res-1")
CHANGES = [
    Scene(FUND),
    Scene(("player", "withdraw", "ann", "EUR", "1.00")),
    Scene(RESERVE),
    Scene(("player", "release", "ann", "EUR", "res-1"), (FUND, RESERVE)),
    Scene(("player", "block", "ann")),
    Scene(("player", "unblock", "ann")),
    Scene(("player", "limit", "set", "ann", "EUR", "stake", "5.00")),
    Scene(GRANT),
    Scene(("bonus", "forfeit", "ann", "EUR", "b1"), (FUND, GRANT)),
    Scene(("player", "exclude", "ann", "--for-good")),
    Scene(("player", "cool-off", "ann", "--until", SOON)),
    Scene(("player", "set", "ann", "--kyc-level", "basic", "--name", "Fox")),
    Scene(("player", "identity", "set", "ann", *IDENTITY)),
    Scene(OPEN, (FUND,)),
    Scene(("session", "suspend", "s1")),
    Scene(("session", "resume", "s1"), (FUND, OPEN, ("session", "suspend", "s1"))),
    Scene(("session", "close", "s1")),
    *(Scene(("switch", what, "off")) for what in (*SWITCHES, "sessions")),
    Scene(("catalogue", "sync", "--integration", "sandbox", "--accept-drop")),
    Scene(("integration", "add", "acme")),
    Scene(("integration", "access", "sandbox", *ACCESS)),
    Scene(("integration", "partner", "sandbox", "--set", "merchant=casino")),
    Scene(("integration", "allow-ip", "sandbox", "192.0.2.1")),
    Scene(("integration", "refunds", "sandbox", "--unknown-bet", "accept")),
    Scene(("integration", "limits", "sandbox", "EUR", "--win", "100")),
    Scene(("win", "release", HELD_WIN)),
    Scene(("hold", "release", "sandbox", HELD_BET)),
    Scene(("delivery", "retry", "sandbox", DELIVERY)),
    Scene(("delivery", "ignore", "sandbox", DELIVERY)),
    Scene(("delivery", "redrive"), (("delivery", "retry", "sandbox", DELIVERY),)),
    Scene(("integration", "disable", "sandbox")),
    Scene(("integration", "enable", "sandbox"), (("integration", "disable", "sandbox"),)),
    Scene(STAGE, steps=True),
    Scene(("integration", "unstage", "sandbox"), (STAGE,)),
    Scene(ROTATE, (STAGE,), steps=True),
    Scene(("integration", "rollback", "sandbox"), (STAGE, ROTATE), steps=True),
    Scene(("integration", "retire-previous", "sandbox"), (STAGE, ROTATE)),
]
READS = [
    ("player", "show", "ann"),
    ("player", "identity", "show", "ann"),
    ("bonus", "show", "ann", "EUR"),
    ("player", "limit", "show", "ann", "EUR"),
    ("player", "limit", "history", "ann"),
    ("session", "show", "s1"),
    ("catalogue", "show", "--integration", "sandbox"),
    ("integration", "list"),
    ("integration", "show", "sandbox"),
    ("ledger", "history", "ann", "EUR"),
    ("ledger", "explain", "gift-1"),
    ("ledger", "verify"),
    ("ledger", "rebuild"),
    ("ledger", "open", "--older-than", "24h"),
    ("audit",),
    ("switch", "show"),
    ("preflight", "local"),
    ("hold", "list"),
    ("order", "list"),
    ("delivery", "list"),
    ("delivery", "show", "sandbox", DELIVERY),
    ("scorecard",),
    ("report", "revenue", "--from", "2025-10-17", "--lake", FILE),
    ("report", "activity", "--from", "2025-10-17", "--lake", FILE),
    ("report", "limits", "--from", "2025-10-17", "--lake", FILE),
    ("sign", FILE),
    ("verify-signature", FILE),
]
#: These need an order, a provider that answers, an archive, a report, a day that has passed, tables
#: to restore: tests of orders, events, limits, rebuilds, reports, tampering and audit_of_gifts run
#: them.
ELSEWHERE = [
    *(("gift", verb) for verb in ("grant", "cancel", "show")),
    *(("order", verb) for verb in ("show", "deliver", "deliver-error", "merchant-list")),
    *(("events", verb) for verb in ("replay", "redrive", "count")),
    ("player", "limit", "confirm"),
    ("player", "sync"),
    ("ledger", "checkpoint"),
    ("ledger", "restore"),
    ("ledger", "drill"),
    ("reconcile",),
]
#: The API's function launches, and logs the IAM caller of each launch.
OVER_THE_API = [("session", "launch")]
#: Verbs that need a reason: money, and whatever stops a player.
EXPLAINED = [
    ("integration", "limits"),
    *(("switch", what) for what in (*SWITCHES, "sessions")),
    ("win", "release"),
    ("hold", "release"),
    ("delivery", "ignore"),
    ("player", "identity", "set"),
    ("player", "limit", "set"),
    *(("bonus", verb) for verb in ("grant", "forfeit")),
    *(("player", verb) for verb in ("exclude", "cool-off")),
    *(("player", verb) for verb in ("fund", "withdraw", "reserve", "release", "block", "unblock")),
]


def verb_of(typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the verb of what is typed."""
    return next(typed[:n] for n in (1, 2, 3) if typed[:n] in EVERY_VERB)
