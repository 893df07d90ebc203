"""Proves bonus money: every cent of it, its shares and what is wagered follow from the entries."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from casino.base.times import epoch
from casino.bonus.decide import account_of, bonus_of_stake, ended, granted, moved, shared
from casino.bonus.model import BONUS, HOUSE, WHOLE, Bonus, BonusPart, BonusTerms, Grant
from casino.wallet.bonus_grant import BONUS_KINDS, TERMS_NOTE
from casino.wallet.extra import note_in
from casino.wallet.model import WIN_HELD, Entry, Round, Wallet, wallet_key
from casino.wallet.proof.faults import Fault, FaultCode, fault_of

type _Name = tuple[str, str]
type _Wrong = Iterator[tuple[FaultCode, str]]


def touches_bonus(entry: Entry) -> bool:
    """Tell whether bonus money has to do with what an entry moved."""
    shared_win = entry.kind == "win" and HOUSE in dict(entry.postings)
    return entry.bonus is not None or shared_win


def check_bonus(head: Wallet, entries: Sequence[Entry], rounds: Iterable[Round]) -> Iterator[Fault]:
    """Check a wallet's bonuses, and what its rounds know of them, up to the head."""
    applied = [entry for entry in entries if entry.record == "applied"]
    if head.bonus is None and not any(map(touches_bonus, applied)):
        return
    told, name = BonusTold(), wallet_key(head.player_id, head.currency)
    for entry in sorted((e for e in applied if e.seq <= head.seq), key=lambda e: e.seq):
        for code, detail in told.add(entry):
            yield fault_of(entry, code, detail)
    for code, detail in _differences(head.bonus or Bonus(), told.bonus):
        yield Fault(code, name, None, f"the wallet says otherwise than its entries: {detail}")
    later = {(entry.integration, entry.round_id) for entry in applied if entry.seq > head.seq}
    stored = {(each.integration, each.round_id): each for each in rounds}
    for key in sorted(told.rounds.keys() | stored.keys()):
        counted, item = told.rounds.get(key) or _Stakes(), stored.get(key)
        found = (item.staked_minor, dict(item.grants)) if item is not None else (None, {})
        if key not in later and item is not None and found != counted.values():
            detail = f"round {key[1]} says {found}, its entries {counted.values()}"
            yield Fault("bonus_round", name, None, detail)


def _differences(stands: Bonus, told: Bonus) -> _Wrong:
    ours, theirs = stands.grant, told.grant
    if ours is None or theirs is None or ours.terms != theirs.terms:
        if stands != told:
            yield "bonus_grant", f"{stands}, not {told}"
        return
    if ours.balance_minor != theirs.balance_minor:
        yield "bonus_balance", f"{ours.balance_minor}, not {theirs.balance_minor}"
    wagered = ((g.wagered_minor, g.required_minor) for g in (ours, theirs))
    if len(set(wagered)) > 1:
        yield "bonus_wagered", f"{ours.wagered_minor}, not {theirs.wagered_minor}"
    both = ((stands, ours), (told, theirs))
    marks = ((each.count, each.converted, each.reviewed, grant.review) for each, grant in both)
    if len(set(marks)) > 1:
        yield "bonus_grant", f"{stands}, not {told}"


@dataclass(slots=True)
class _Stakes:
    """What stands staked in a round, and how much of it was which grant's."""

    bets: int = 0
    staked_minor: int | None = None
    grants: Counter[int] = field(default_factory=Counter)

    def add(self, part: BonusPart, of_grant: int, sign: int) -> None:
        self.staked_minor = (self.staked_minor or 0) + sign * part.weight_minor
        if of_grant:
            self.grants[part.number] += sign * of_grant

    def values(self) -> tuple[int | None, dict[int, int]]:
        return self.staked_minor, dict(self.grants)


def told_by(applied: Iterable[Entry]) -> "BonusTold":
    """Return what a wallet's applied entries say of its bonuses, right or wrong; in any order."""
    told = BonusTold()
    for entry in sorted(applied, key=lambda each: each.seq):
        deque(told.add(entry), maxlen=0)
    return told


@dataclass(slots=True)
class BonusTold:
    """What the entries so far say of a wallet's bonuses, and of its rounds' stakes."""

    bonus: Bonus = field(default_factory=Bonus)
    rounds: dict[_Name, _Stakes] = field(default_factory=lambda: defaultdict(_Stakes))
    stakes: dict[_Name, Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> _Wrong:
        """Take the next entry in, and yield what is wrong with it."""
        if entry.kind in BONUS_KINDS:
            yield from self._granted_or_ended(entry)
            return
        before, grant, counts = self.bonus, self.bonus.grant, self._counts(entry)
        expected = self._expected(entry)
        found = {name: minor for name, minor in entry.postings if minor}
        if expected is not None and found != {k: v for k, v in expected.items() if v}:
            yield "bonus_split", f"the postings are {found}, not {expected}"
        if entry.bonus is None:
            if BONUS in found:
                yield "bonus_split", "it moves bonus money and names no grant"
            return
        if entry.bonus.wagered_minor not in counts:
            yield "bonus_wagered", f"it counts {entry.bonus.wagered_minor}, not one of {counts}"
        if grant is not None:
            free = entry.type == "freespin" or not grant.required_minor
            grant = moved(grant, found.get(BONUS, 0), entry.bonus.wagered_minor)
            if free and entry.kind == "win":
                grant = moved(grant, required_minor=found.get(BONUS, 0) * grant.terms.times)
            review = grant.review or (entry.rule == WIN_HELD and BONUS in found)
            self.bonus = replace(self.bonus, grant=replace(grant, review=review))
        yield from _part_faults(entry.bonus, self.bonus)
        now = int(epoch(entry.at))
        shown = (before.playable_minor(now), self.bonus.playable_minor(now))
        if shown != (entry.bonus.shown_before_minor, entry.bonus.shown_minor):
            yield "bonus_balance", f"of bonus money it shows other than {shown}"

    def _counts(self, entry: Entry) -> set[int]:
        """Return what an entry may count towards wagering, by the terms of the grant."""
        grant, stake = self._playable(entry), None
        if entry.kind in ("bet", "hold") and entry.type not in ("freespin", "tip"):
            if grant is None or not grant.balance_minor:
                return {0}
            percents = {WHOLE, *dict(grant.terms.contributions).values()}
            return {entry.amount_minor * percent // 100 for percent in percents}
        if entry.kind in ("refund", "rollback") and entry.postings:
            stake = self.stakes.get((entry.integration, entry.bet_transaction_id or ""))
        if stake is None or stake.bonus is None:
            return {0}
        stands = account_of(self.bonus, stake.bonus.number) == BONUS
        return {-stake.bonus.wagered_minor if stands else 0}

    def _expected(self, entry: Entry) -> Mapping[str, int] | None:
        """Return the postings that an entry must have; `None` where bonus money plays no part."""
        name = (entry.integration, entry.bet_transaction_id or "")
        match entry.kind:
            case "bet" | "hold":
                return self._staked(entry)
            case "win":
                return self._won(entry)
            case "refund" | "rollback":
                stake = self.stakes.get(name)
                return self._given_back(stake, entry) if stake is not None else None
            case "settle":
                stake = self.stakes.get(name)
                return self._settled(stake, entry) if stake is not None else None
            case _:
                return None

    def _staked(self, entry: Entry) -> Mapping[str, int] | None:
        key, amount, part = (
            (entry.integration, entry.round_id or ""),
            entry.amount_minor,
            entry.bonus,
        )
        own = entry.transaction_id if entry.kind == "bet" else entry.bet_transaction_id
        self.stakes[entry.integration, own or ""] = entry
        round_ = self.rounds[key] if entry.kind == "bet" and entry.round_id else None
        knows = round_ is not None and (round_.staked_minor is not None or not round_.bets)
        if round_ is not None:
            round_.bets += 1
        of_grant = -dict(entry.postings).get(BONUS, 0)
        grant = self._playable(entry) if entry.kind == "hold" or knows else None
        if part is not None and round_ is not None:
            follows = round_.staked_minor is not None or grant is not None
            is_nothing = not amount and knows and follows and entry.type == "bet"
            if part.weight_minor or is_nothing:
                free = entry.type == "freespin"
                round_.add(part, part.weight_minor if free else of_grant, 1)
        if entry.type == "freespin":
            return {HOUSE: -amount, "integration": amount}
        taken = 0
        if grant is not None and entry.type != "tip":
            taken = bonus_of_stake(grant, amount, entry.spendable_before_minor) or 0
        to = "held" if entry.kind == "hold" else "integration"
        return {"player": taken - amount, BONUS: -taken, to: amount}

    def _playable(self, entry: Entry) -> Grant | None:
        grant = self.bonus.grant
        return grant if grant is not None and grant.holds(int(epoch(entry.at))) else None

    def _won(self, entry: Entry) -> Mapping[str, int]:
        round_, amount = self.rounds[entry.integration, entry.round_id or ""], entry.amount_minor
        parts: Mapping[str, int] = {"player": amount}
        grant = self._playable(entry)
        if round_.staked_minor is not None:
            parts = shared(self.bonus, amount, round_.staked_minor, round_.grants.items())
        elif entry.type == "freespin" and grant is not None and grant.terms.pays == BONUS:
            parts = {BONUS: amount}
        return {"integration": -amount, **parts}

    def _given_back(self, stake: Entry, entry: Entry) -> Mapping[str, int] | None:
        part = stake.bonus
        if part is None or not entry.postings:
            return None
        of_grant = -dict(stake.postings).get(BONUS, 0)
        parts = Counter({name: -minor for name, minor in stake.postings if name != BONUS})
        parts[account_of(self.bonus, part.number)] += of_grant
        if part.weight_minor and stake.kind == "bet":
            weight = part.weight_minor if stake.type == "freespin" else of_grant
            self.rounds[stake.integration, stake.round_id or ""].add(part, weight, -1)
        return parts

    def _settled(self, stake: Entry, entry: Entry) -> Mapping[str, int]:
        held, amount = stake.amount_minor, entry.amount_minor
        parts: Mapping[str, int] = {"player": amount}
        if stake.bonus is not None:
            of_grant = (stake.bonus.number, -dict(stake.postings).get(BONUS, 0))
            parts = shared(self.bonus, amount, held, [of_grant])
        return {"held": -held, "integration": held - amount, **parts}

    def _granted_or_ended(self, entry: Entry) -> _Wrong:
        found, grant = {name: minor for name, minor in entry.postings if minor}, self.bonus.grant
        if entry.kind == "bonus_grant":
            terms = BonusTerms.read(note_in(entry.extra, TERMS_NOTE))
            if grant is not None:
                yield "bonus_grant", f"grant {grant.terms.grant_id} stands"
            amount, self.bonus = terms.amount_minor, granted(self.bonus, terms)
            expected = {HOUSE: -amount, BONUS: amount}
        elif grant is None:
            yield "bonus_grant", "no grant stands that it could end"
            return
        else:
            amount, converts = grant.balance_minor, entry.kind == "bonus_conversion"
            early = entry.type == "expired" and self._playable(entry) is not None
            if (converts and not grant.is_met) or early:
                yield "bonus_grant", "the grant was not over"
            expected = {BONUS: -amount, "player" if converts else HOUSE: amount}
            self.bonus = ended(self.bonus, converted=converts)
        if found != {name: minor for name, minor in expected.items() if minor}:
            yield "bonus_split", f"the postings are {found}, not {expected}"


def _part_faults(part: BonusPart, bonus: Bonus) -> _Wrong:
    """Compare what an entry says of the grant with what the entries up to it add up to."""
    grant = bonus.grant
    if grant is None:
        if (part.number, part.balance_minor, part.wagered_minor) != (bonus.count, 0, 0):
            yield "bonus_grant", f"it names grant {part.number}, and none stands"
        return
    if part.number != grant.number or part.grant_id != grant.terms.grant_id:
        yield "bonus_grant", f"it names grant {part.grant_id}, and {grant.terms.grant_id} stands"
        return
    if part.balance_minor != grant.balance_minor:
        yield (
            "bonus_balance",
            f"{part.balance_minor} after it, its postings say {grant.balance_minor}",
        )
    counted = (part.total_minor, part.required_minor)
    if counted != (grant.wagered_minor, grant.required_minor):
        yield "bonus_wagered", f"it says {counted}, the entries add up to {grant.wagered_minor}"
