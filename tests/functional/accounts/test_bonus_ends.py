"""The function that ends grants, where something comes between its steps."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from casino.accounts.bonus_ends import BonusEnds, EarlierRunError
from casino.accounts.bonuses import BonusAdmin
from casino.audit.model import Who
from casino.base.errors import AdminError
from casino.bonus.model import BonusTerms
from casino.observability.telemetry import Telemetry
from casino.wallet.ports import WalletPlace
from casino.wallet.service import Result
from casino.wiring.players import bonus_admin
from testing.clock import FakeClock
from testing.world import World

DEADLINE = int(time.time()) + 3600
WHO = Who("local:test", "a campaign")


@dataclass
class Pages:
    """Wallets to look at, one to a page; runs have too little time for a second one."""

    owners: list[WalletPlace]
    started: list[dict[str, Any]] = field(default_factory=list)
    invoked_function_arn: str = "arn"

    def over(
        self, now: int, after: WalletPlace | None = None
    ) -> Iterator[tuple[list[WalletPlace], WalletPlace | None]]:
        place = self.owners.index(after) + 1 if after else 0
        is_last = place == len(self.owners) - 1
        yield [self.owners[place]], None if is_last else self.owners[place]

    def invoke(self, function: str, payload: Mapping[str, Any]) -> None:
        self.started.append(json.loads(json.dumps(payload)))

    def get_remaining_time_in_millis(self) -> int:
        return 1_000


class Overtaken(BonusAdmin):
    """Somebody takes each grant back just before its end is decided."""

    def forfeit(
        self,
        player_id: str,
        currency: str,
        grant_id: str,
        *,
        who: Who,
        reason: Literal["expired", "revoked"] = "revoked",
        trace_id: str = "",
    ) -> Result:
        BonusAdmin.forfeit(self, player_id, currency, grant_id, who=WHO)
        return BonusAdmin.forfeit(self, player_id, currency, grant_id, who=who, reason=reason)


@pytest.fixture
def bonuses(world: World) -> BonusAdmin:
    """Ann with a grant that is past its deadline."""
    world.player("ann")
    terms = BonusTerms("g1", 500, 500, DEADLINE)
    world.bonuses.grant("ann", "EUR", terms, who=WHO)
    return bonus_admin(world.client, world.tables, FakeClock(DEADLINE))


def ends(bonuses: BonusAdmin, pages: Pages) -> BonusEnds:
    return BonusEnds(bonuses, pages, FakeClock(DEADLINE), pages.invoke, Telemetry("test"))


def test_a_grant_that_somebody_else_ends_meanwhile_is_no_failure(bonuses: BonusAdmin) -> None:
    overtaken = Overtaken(bonuses.accounts, bonuses.service)
    pages = Pages([("ann", "EUR")])
    assert ends(overtaken, pages).handle({}, pages) == {"stands": 1, "handed_over": False}


def test_the_last_run_fails_for_those_that_handed_over(bonuses: BonusAdmin) -> None:
    """A repeated run would start all later ones once more."""
    pages = Pages([("nobody", "EUR"), ("no one", "EUR"), ("ann", "EUR")])
    run = ends(bonuses, pages).handle
    assert run({}, pages) == run(pages.started[-1], pages) == {"handed_over": True}
    with pytest.raises(EarlierRunError, match=r"^2 grants"):
        run(pages.started[-1], pages)
    assert len(pages.started) == 2
    wallet = bonuses.wallet("ann", "EUR")
    assert wallet.bonus is not None
    assert wallet.bonus.grant is None


def test_a_single_run_fails_for_itself(bonuses: BonusAdmin) -> None:
    pages = Pages([("nobody", "EUR")])
    with pytest.raises(AdminError) as caught:
        ends(bonuses, pages).handle({}, pages)
    assert caught.value.code == "player_not_found"
