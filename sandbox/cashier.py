"""The casino's own cashier beside a running stack: it pays in, a round follows, it looks,
it sets a limit that a bet meets, and it grants bonus money, which is wagered and becomes cash.

History and references follow the ledger, so those questions are asked again until they are
answered in full, or a deadline is over.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from casino.base.times import iso_utc
from casino.signing.pair import Pair
from sandbox.demo import Seat, bet, encode, hook, told, win
from sandbox.part import Played, Step, UnexpectedAnswerError
from sandbox.processes import TIMEOUT_S

TITLE: Final = "the casino's own API: a deposit, a round, what became of it, a limit, and a bonus"
_FOLLOWS_S: Final = 60.0

type Fits = Callable[[dict[str, Any]], bool]


def events_of(run: str) -> dict[str, set[str]]:
    """Return what the world is told of each transaction of a run: types of events."""
    return {
        f"pay-{run}": {"wallet.credit.completed"},
        f"bet-{run}": {"wallet.debit.completed", "bet.authorized"},
        f"win-{run}": {"wallet.credit.completed", "bet.settled"},
        f"over-{run}": {"rg.limit.hit"},
        f"bonus/grant/bonus-{run}": {"bonus.issued"},
        f"wager-{run}": {"wager.progress.updated"},
        f"bonus/end/bonus-{run}": {"bonus.consumed"},
    }


@dataclass(frozen=True)
class Cashier:
    """Where the API and the hooks answer, and what signs for the provider of the round."""

    base_url: str
    hooks_url: str
    keys: Pair

    def play(self, seat: Seat, limited: Seat, granted: Seat, run: str) -> Iterator[Played]:
        """Play a run, see `events_of`; raises `UnexpectedAnswerError`. `granted` has EUR 10.00."""
        paid, staked, won = (f"{kind}-{run}" for kind in ("pay", "bet", "win"))
        wallets = f"/players/{seat.player_id}/wallets"
        wallet = f"{wallets}/{seat.currency}"
        body = {"amount": Decimal("25.00"), "reason": "the demonstration"}
        other = body | {"amount": Decimal("250.00")}
        with httpx.Client(timeout=TIMEOUT_S) as client:
            for step in (
                Step("deposit 25.00", body),
                Step("the same deposit again", body, replay=True),
                Step("its key with another amount", other, 409, "transaction_mismatch"),
            ):
                yield told(step, self._ask(client, f"{wallet}/deposits", step.fields, paid))
            for step in (
                Step("bet 2.50", bet(seat, staked, "2.50", f"round-{run}")),
                Step("win 4.00", win(seat, won, "4.00", f"round-{run}")),
            ):
                yield hook(client, self.hooks_url, self.keys, step)

            def looked(title: str, path: str, fits: Fits) -> Played:
                return self._until(client, Step(title, {}), path, fits)

            yield looked("its wallets", wallets, lambda answer: len(answer["wallets"]) > 0)
            yield looked(
                "its history: win, bet, deposit",
                f"{wallet}/history?limit=3",
                lambda a: [row["transaction_id"] for row in a["entries"]] == [won, staked, paid],
            )
            page = self._ask(client, f"{wallet}/history?limit=1").json()
            reference = page["entries"][0]["platform_transaction_id"]
            for name, what in ((won, "the provider's id"), (reference, "our reference")):
                yield looked(
                    f"the transaction by {what}",
                    f"/transactions/{name}",
                    lambda answer: answer.get("transaction_id") == won,
                )
            yield from self._limit(client, limited, f"over-{run}")
            yield from self._bonus(client, granted, run)

    def _limit(self, client: httpx.Client, seat: Seat, over: str) -> Iterator[Played]:
        """Set a limit of a player who plays little elsewhere, and bet above it."""
        limit = {"currency": seat.currency, "limits": {"stake": 500}, "reason": "the player"}
        step = Step("a limit of 500.00 for a bet", limit)
        path = f"/players/{seat.player_id}/limits"
        yield told(step, self._ask(client, path, limit, method="PUT"))
        step = Step("a bet of 500.01", bet(seat, over, "500.01"), 409, "rg_stake_limit")
        yield hook(client, self.hooks_url, self.keys, step)

    def _bonus(self, client: httpx.Client, seat: Seat, run: str) -> Iterator[Played]:
        """Grant bonus money, lose and win with it, and see it become cash."""
        wallet = f"/players/{seat.player_id}/wallets/{seat.currency}"
        why, round_id = {"reason": "the demonstration"}, f"bonus-round-{run}"
        until = iso_utc(time.time() + 86_400)
        grant = why | {"grant_id": f"bonus-{run}", "amount": 20, "times": 1, "expires_at": until}
        step = Step("a bonus of 20.00, to be staked once", grant | {"order": "bonus_first"})
        yield told(step, self._ask(client, f"{wallet}/bonuses", step.fields))
        for fields, title in (
            (bet(seat, f"first-{run}", "15.00", round_id), "bet 15.00 of it"),
            (win(seat, f"gain-{run}", "12.00", round_id), "win 12.00: bonus money again"),
        ):
            yield hook(client, self.hooks_url, self.keys, Step(title, fields))
        step = Step("pay out 10.01", why | {"amount": Decimal("10.01")}, 402, "insufficient_funds")
        yield told(step, self._ask(client, f"{wallet}/withdrawals", step.fields, f"early-{run}"))
        last = bet(seat, f"wager-{run}", "5.00", f"{round_id}-2")
        yield hook(client, self.hooks_url, self.keys, Step("bet 5.00: all of it is wagered", last))
        yield self._until(
            client,
            Step("the bonus is cash", {}),
            f"{wallet}/bonuses",
            lambda answer: [row["status"] for row in answer["ended"]] == ["converted"],
        )
        step = Step("pay out 22.00", why | {"amount": Decimal("22.00")})
        yield told(step, self._ask(client, f"{wallet}/withdrawals", step.fields, f"out-{run}"))

    def _until(self, client: httpx.Client, step: Step, path: str, fits: Fits) -> Played:
        """Ask until the answer fits; raises `UnexpectedAnswerError` when it never does."""
        late = time.monotonic() + _FOLLOWS_S
        while True:
            response = self._ask(client, path)
            if response.status_code == 200 and fits(response.json()):
                return told(step, response)
            if time.monotonic() > late:
                said = f"{step.title}: {response.status_code} {response.text}"
                raise UnexpectedAnswerError(said)
            time.sleep(0.2)

    def _ask(
        self,
        client: httpx.Client,
        path: str,
        fields: Any = None,
        key: str = "",
        method: str = "POST",
    ) -> httpx.Response:
        """Send a request that is signed for IAM; one with fields is a change under `key`."""
        url = f"{self.base_url}{path}"
        method, sent = ("GET", b"") if fields is None else (method, encode(fields))
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        request = AWSRequest(method, url, headers=headers, data=sent)
        # The emulator's own, so that no developer's own can go there.
        SigV4Auth(Credentials("test", "test"), "execute-api", "eu-central-1").add_auth(request)
        return client.request(method, url, content=sent, headers=dict(request.headers))
