"""What the casino does while its providers play: blocks, limits, bonuses, switches, secrets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from casino.accounts.held_wins import HeldWins
from casino.accounts.holds import HoldReleases
from casino.accounts.limits import LimitsAdmin
from casino.accounts.store.controls import DynamoDbControls
from casino.audit.model import Who
from casino.base.clock import SystemClock
from casino.base.errors import AdminError, BusyError, RetryableError
from casino.bonus.model import BonusTerms, Order
from casino.dialects.winupgo.dialect import Winupgo
from casino.integrations.model import WalletTerms
from casino.integrations.switching import Switching
from casino.wallet.bonus_grant import EndKind, end_request, grant_request
from casino.wallet.decide_hold import decide_hold
from casino.wallet.hold import RELEASE, HoldRequest
from casino.wallet.model import PLATFORM, Entry, SessionStatus
from casino.wallet.record_hold import hold_commit_for
from casino.wallet.service import Rules, WalletService
from casino.wallet.store.audited import AuditedHoldLedger
from casino.wallet.store.releases import DynamoDbReleases
from casino.wiring.players import bonus_admin
from testing.arranged import ARRANGED
from testing.credentials import secret_of
from tests.simulation.choices import Options
from tests.simulation.house import PLAYERS, House, session_of
from tests.simulation.kernel import START_S
from tests.simulation.messages import CURRENCY, HOME, INTEGRATIONS
from tests.simulation.partners import Provider
from tests.simulation.wire import OPERATOR

_S: Final = 1_000_000
_KINDS: Final = Options(
    (3, "blocks"),
    (2, "sets a limit"),
    (1, "sets a wager limit"),
    (1, "excludes"),
    (2, "switches bets off"),
    (2, "switches an integration off"),
    (2, "suspends a session"),
    (1, "closes a session"),
    (2, "rotates a secret"),
    (2, "releases a held win"),
    (2, "gives a stake back"),
    (2, "grants a bonus"),
)
_STARTS: Final = Options((3, 6_000), (3, 40_000), (2, 0), (2, 400_000), (1, 3 * _S), (1, 62 * _S))
_LASTS: Final = Options((2, 20_000), (2, 900_000), (1, 5 * _S), (1, 70 * _S))
_DIALECTS: Final = Options((1, "igsp"), (1, "flexsoft"), (1, "winupgo"))
#: How long a new secret lies ready before it is used: longer than anything is cached, or hardly.
STAGED_US: Final = 66 * _S
_STAGED: Final = Options((2, STAGED_US), (1, 900_000), (2, 30_000))
_TRIES: Final = 20
_WHOSE: Final = Options((3, "one"), (2, "brand"), (1, "all"))
_ENDS_AFTER: Final = Options((2, 0), (1, 1), (1, 5), (1, 70))


@dataclass
class Operator:
    """One thing that is done, and undone where that belongs to it."""

    provider: Provider
    number: int

    def __post_init__(self) -> None:
        self.name = f"{OPERATOR} {self.number}"
        self.house: House = self.provider.house
        self._pick = self.house.choices.pick

    def start(self) -> None:
        """Let it begin at its time."""
        delay_us = self._pick(f"{self.name} starts", _STARTS)
        self.provider.start(self.name, self._act, delay_us)

    def _act(self) -> None:
        kind = self._pick(f"{self.name} does", _KINDS)
        self.provider.begun[self.name] = self.house.kernel.now_us
        for step in self._steps(kind):
            self.house.tell(f"{self.name} {kind}")
            try:
                self._insist(step)
            except Exception as error:  # noqa: BLE001 - a finding of the simulation
                self.house.lambdas.crashes.append(f"{self.name}: {error!r}")
                return
            self.house.tell(f"{self.name}: done", step=False)
            self.house.kernel.pause(self._pick(f"{self.name} lasts", _LASTS))

    def _insist(self, step: Callable[[], object]) -> None:
        for _ in range(_TRIES):
            try:
                step()
                return
            except RetryableError:
                self.house.kernel.pause(200_000)
        raise BusyError

    def _steps(self, kind: str) -> Iterator[Callable[[], object]]:
        """Yield what is done one after the other."""
        world, player = self.house.world, PLAYERS[0]
        dialect = self._pick(f"{self.name} dialect", _DIALECTS)
        match kind:
            case "blocks":
                yield partial(world.accounts.set_blocked, player, True)
                yield partial(world.accounts.set_blocked, player, False)
            case "sets a limit":
                yield partial(self._limits().set, player, CURRENCY, {"stake": 300}, who=_WHO)
            case "sets a wager limit":
                yield partial(self._limits().set, player, CURRENCY, {"wager_day": 700}, who=_WHO)
            case "excludes":
                yield partial(self._limits().exclude, player, "self_exclusion", None, who=_WHO)
            case "switches bets off":
                whose = self._pick(f"{self.name} of", _WHOSE)
                yield partial(self._switch_bets, dialect, whose, on=False)
                yield partial(self._switch_bets, dialect, whose, on=True)
            case "switches an integration off":
                yield partial(self._switch, dialect, on=False)
                yield partial(self._switch, dialect, on=True)
            case "suspends a session":
                yield partial(self._session, dialect, "suspended")
                yield partial(self._session, dialect, "active")
            case "closes a session":
                yield partial(self._session, dialect, "closed")
            case "rotates a secret":
                yield from self._rotation(dialect)
            case "releases a held win":
                yield self._release_win
            case "grants a bonus":
                yield from self._bonus()
            case _:
                yield self._give_back

    def _limits(self) -> LimitsAdmin:
        world = self.house.world
        controls = DynamoDbControls(world.client, world.tables)
        return LimitsAdmin(world.accounts, controls, world.history, SystemClock())

    def _switch(self, dialect: str, *, on: bool) -> None:
        self.house.world.registry.change(
            INTEGRATIONS[dialect].name, lambda each: replace(each, enabled=on), ARRANGED
        )

    def _switch_bets(self, dialect: str, whose: str, *, on: bool) -> None:
        registry, own = self.house.world.registry, INTEGRATIONS[dialect]
        lasts_s = 0 if on else self._pick(f"{self.name} for", _ENDS_AFTER)
        Switching(registry, lambda _: own, SystemClock(), HOME).turn(
            "bets",
            on=on,
            name=own.name if whose == "one" else None,
            brand=own.access.brand_id or HOME if whose == "brand" else None,
            until=int(SystemClock().now()) + lasts_s if lasts_s else 0,
            who=_WHO,
        )

    def _session(self, dialect: str, status: SessionStatus) -> None:
        self.house.world.sessions.set_status(session_of(dialect, PLAYERS[0]), status)

    def _rotation(self, dialect: str) -> Iterator[Callable[[], object]]:
        """A new secret lies ready, the provider signs with it, and it becomes the current one.

        One at a time, as the rotation of the casino sees to, and none soon after another.
        """
        if dialect in self.provider.rotating:
            return
        self.provider.rotating.add(dialect)
        secrets, old = self.house.secrets[dialect], self.provider.pairs[dialect]
        secret_key, name = secret_of(self.name), INTEGRATIONS[dialect].secret_name
        text = old.text.replace(old.secret_key, secret_key)
        version, stood = self.name, secrets.labels["AWSCURRENT"]
        yield lambda: secrets.put_secret_value(name, version, text, ("AWSPENDING",))
        staged_us = self._pick(f"{self.name} stages", _STAGED)
        self.house.kernel.pause(staged_us)
        pair = replace(old, secret_key=secret_key, text=text)
        yield lambda: self.provider.pairs.__setitem__(dialect, pair)
        yield lambda: secrets.update_secret_version_stage(name, "AWSCURRENT", stood, version)
        self.house.kernel.pause(STAGED_US - staged_us)
        self.provider.rotating.discard(dialect)

    def _release_win(self) -> None:
        """Make a win playable that is held, if there is one."""
        world = self.house.world
        releases = DynamoDbReleases(world.client, world.tables)
        find: Any = world.history.find
        held = HeldWins(lambda name, who: find(who, name), world.history, releases, SystemClock())
        for entry in list(world.history.everything()):
            if isinstance(entry, Entry) and entry.held_win_minor:
                held.release(entry.transaction_id, entry.integration, who=_WHO)
                return

    def _give_back(self) -> None:
        """Roll a bet back in the casino's name, if it is held."""
        world, integration = self.house.world, INTEGRATIONS["winupgo"].name
        ledger = AuditedHoldLedger(world.client, world.tables)
        rules = Rules(decide_hold, hold_commit_for)
        wallet = WalletService(ledger, world.accounts, SystemClock(), Winupgo(), rules=rules)
        number = self._pick(f"{self.name} gives back", _NUMBERS)
        bet_id, asked = f"r{number} bet", self.provider.asked
        held = asked.get((integration, f"r{number} hold"))
        owner = held[0].player_id if held else PLAYERS[0]
        released = HoldRequest(
            integration,
            f"{RELEASE}{bet_id}",
            "rollback",
            "rollback",
            owner,
            "",
            0,
            bet_transaction_id=bet_id,
        )
        asked[integration, released.transaction_id] = [released]
        releases = HoldReleases(world.history, wallet, WalletTerms())
        self._may_refuse(releases.release, integration, bet_id)

    def _bonus(self) -> Iterator[Callable[[], object]]:
        """Grant bonus money, and end the grant: by its conversion, if it is wagered."""
        world, owner = self.house.world, (PLAYERS[0], CURRENCY)
        admin = bonus_admin(world.client, world.tables, SystemClock())
        order = self._pick(f"{self.name} order", _ORDERS)
        terms = BonusTerms(f"g{self.number}", 3_000, 4_000, START_S + 86_400, order)
        asked, said = self.provider.asked, _WHO.explained().written()
        kind, reason = self._pick(f"{self.name} ends", _ENDS)
        for request in (
            grant_request(*owner, terms, said, ""),
            end_request(kind, reason, owner, terms.grant_id, said, ""),
        ):
            asked.setdefault((PLATFORM, request.transaction_id), []).append(request)
        yield partial(self._may_refuse, admin.grant, *owner, terms)
        end = admin.convert if kind == "bonus_conversion" else admin.forfeit
        yield partial(self._may_refuse, end, *owner, terms.grant_id)

    def _may_refuse(self, act: Callable[..., object], *named: object) -> None:
        try:
            act(*named, who=_WHO)
        except AdminError as error:
            self.house.tell(f"{self.name}: {error.code}", step=False)


_ORDERS: Final[Options[Order]] = Options((1, "cash_first"), (1, "bonus_first"))
_ENDS: Final[Options[tuple[EndKind, str]]] = Options(
    (1, ("bonus_forfeiture", "revoked")), (1, ("bonus_conversion", "wagered"))
)
_NUMBERS: Final = Options(*((1, number) for number in range(1, 7)))
_WHO: Final = Who("local:test", "the player asked")
