"""Bonus money for a player: grants, and how they end.

Each is the platform's own entry, made once for its grant: whoever asks again gets the first answer.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from casino.accounts.bonus_words import MOST_TIMES
from casino.accounts.refusals import ACCOUNT_ERRORS
from casino.audit.model import Who
from casino.base.checks import a_currency
from casino.base.errors import AdminError
from casino.bonus.model import WHOLE, BonusTerms
from casino.integrations.model import WalletTerms
from casino.wallet.bonus_grant import BonusRequest, EndKind, end_request, grant_request
from casino.wallet.explain import existing_player
from casino.wallet.model import Wallet
from casino.wallet.ports import Accounts
from casino.wallet.service import Result, WalletService

#: A grant's id stands in every entry that it touches, so it is short.
GRANT_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
MOST_CATEGORIES: Final = 20
#: The terms stand in the wallet that each bet writes, and its write units are of 1 KB: so many
#: bytes may the names of categories have together.
_MOST_NAMES: Final = 160
_CATEGORY: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,40}")


@dataclass(frozen=True, slots=True)
class BonusAdmin:
    """The use cases; `service` decides by `casino.wallet.bonus_grant`.

    Each raises `AdminError` with the code of what stands in the way, and `RetryableError`.
    """

    accounts: Accounts
    service: WalletService

    def grant(
        self, player_id: str, currency: str, terms: BonusTerms, *, who: Who, trace_id: str = ""
    ) -> Result:
        """Give bonus money to a wallet that has no other grant.

        A grant without money pays for wins of free spins alone: it must say `pays="bonus"` and
        `times`. Codes: `bonus_active`, `bonus_over` for a deadline that has passed,
        `transaction_mismatch` for the id of another grant, `invalid_request`.
        """
        _check(terms)
        self.wallet(player_id, currency)
        extra = who.explained().written()
        return self._sent(grant_request(player_id, currency, terms, extra, trace_id))

    def convert(
        self, player_id: str, currency: str, grant_id: str, *, who: Who, trace_id: str = ""
    ) -> Result:
        """Make the money of a grant cash that is wagered; codes: `bonus_not_met` and as below."""
        asked = (player_id, currency, grant_id, who, trace_id)
        return self._end("bonus_conversion", "wagered", *asked)

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
        """Give the money of a grant back to the house: past its deadline, or at the casino's will.

        Codes: `bonus_stands` for a deadline that has not passed or a grant that is wagered,
        `bonus_not_found` where the wallet has no such grant, `transaction_mismatch` where it ended
        in another way.
        """
        asked = (player_id, currency, grant_id, who, trace_id)
        return self._end("bonus_forfeiture", reason, *asked)

    def _end(
        self,
        kind: EndKind,
        reason: str,
        player_id: str,
        currency: str,
        grant_id: str,
        who: Who,
        trace_id: str,
    ) -> Result:
        self.wallet(player_id, currency)
        extra, owner = who.explained().written(), (player_id, currency)
        return self._sent(end_request(kind, reason, owner, grant_id, extra, trace_id))

    def wallet(self, player_id: str, currency: str) -> Wallet:
        """Return a player's wallet; its `bonus` holds the grant that stands."""
        existing_player(self.accounts, player_id)
        wallet = self.accounts.wallet(player_id, a_currency(currency))
        if wallet is None:
            raise AdminError("wallet_not_found", f"player {player_id} has no {currency} wallet")
        return wallet

    def _sent(self, request: BonusRequest) -> Result:
        result = self.service.transact(request, WalletTerms())
        if result.code != "ok":
            raise AdminError(result.code, ACCOUNT_ERRORS[result.code].message)
        return result


def _check(terms: BonusTerms) -> None:
    free_only = terms.amount_minor == 0 and terms.pays == "bonus" and terms.times > 0
    wagered = terms.amount_minor > 0 and terms.required_minor > 0
    percents = dict(terms.contributions)
    sound = (
        bool(re.fullmatch(GRANT_ID, terms.grant_id)),
        wagered or (free_only and terms.required_minor == 0),
        0 <= terms.times <= MOST_TIMES and (terms.pays == "bonus" or not terms.times),
        terms.max_bet_minor is None or terms.max_bet_minor > 0,
        len(percents) == len(terms.contributions) <= MOST_CATEGORIES,
        all(_CATEGORY.fullmatch(name) for name in percents),
        sum(len(name.encode(errors="replace")) for name in percents) <= _MOST_NAMES,
        all(0 <= percent <= WHOLE for percent in percents.values()),
    )
    if not all(sound):
        raise AdminError("invalid_request", "the terms of the grant contradict each other")
