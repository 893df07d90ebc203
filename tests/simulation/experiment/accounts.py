"""What the casino itself reads and changes of a wallet: records of its log, too.

A change is a record without an entry, put in one transaction with its audit record: rare enough.
Balances, blocks, limits and the release of held wins are here; holds, bonuses and the platform's
own movements are not.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from casino.accounts.model import Controlled
from casino.accounts.store.controls import DynamoDbControls, _pending
from casino.audit.model import AuditRecord
from casino.audit.store import transact_audited
from casino.aws.attributes import Item, text
from casino.aws.dynamodb import batch_get, settle
from casino.base.errors import AdminError
from casino.limits.model import Limits
from casino.wallet.decision import BalanceFacts
from casino.wallet.model import Wallet, wallet_key
from casino.wallet.release import Release
from casino.wallet.store.accounts import DynamoDbAccounts
from casino.wallet.store.items import read_player, read_session, wallet_item_key
from casino.wallet.store.release_items import release_item
from casino.wallet.store.releases import DynamoDbReleases
from tests.simulation.experiment.records import Record, record_item
from tests.simulation.experiment.store import head_of, log_table

_ABSENT: Final = "attribute_not_exists(id)"


class LogAccounts(DynamoDbAccounts):
    """`Accounts` whose wallets are the last records of their logs."""

    def wallet(self, player_id: str, currency: str) -> Wallet | None:
        """Return a wallet, or `None`."""
        return head_of(self._client, self._tables, wallet_key(player_id, currency))

    def balance(self, player_id: str, currency: str, session_id: str | None) -> BalanceFacts:
        """Read what a balance answer needs; the two reads could be under way at once."""
        keys: dict[str, list[Item]] = {self._tables.players: [{"player_id": text(player_id)}]}
        if session_id is not None:
            keys[self._tables.sessions] = [{"session_id": text(session_id)}]
        found = batch_get(self._client, keys)
        players, sessions = found[self._tables.players], found.get(self._tables.sessions)
        return BalanceFacts(
            read_player(players[0]) if players else None,
            self.wallet(player_id, currency),
            read_session(sessions[0]) if sessions else None,
        )

    def wallets(self, player_id: str | None = None) -> Iterator[Wallet]:
        """Yield the wallets of one player, or every wallet, as their logs say."""
        for view in super().wallets(player_id):
            yield self.wallet(view.player_id, view.currency) or view

    def _block(self, wallet: Wallet, blocked: bool) -> dict[str, Any]:
        after = replace(wallet, blocked=blocked, version=wallet.version + 1)
        return put_change(log_table(self._tables), after)


class LogReleases(DynamoDbReleases):
    """`Releases` of held wins."""

    def add(self, release: Release, audit: AuditRecord) -> bool:
        """Make a held win spendable; false when it was released before."""
        marker = {
            "TableName": self._tables.ledger,
            "Item": release_item(release),
            "ConditionExpression": _ABSENT,
        }
        reasons: tuple[str, ...] = ()

        def step() -> bool:
            nonlocal reasons
            owner = wallet_key(release.player_id, release.currency)
            before = head_of(self._client, self._tables, owner)
            if before is None or before.held_wins_minor < release.amount_minor:
                raise AdminError("wallet_faulty", "the wallet holds less than the win")
            after = replace(
                before,
                reserved_minor=before.reserved_minor - release.amount_minor,
                held_wins_minor=before.held_wins_minor - release.amount_minor,
                version=before.version + 1,
            )
            writes = [{"Put": marker}, put_change(log_table(self._tables), after)]
            reasons = transact_audited(self._client, self._tables, writes, audit)
            return not reasons or reasons[0] == "ConditionalCheckFailed"

        settle(step, self._sleep)
        return not reasons


class LogControls(DynamoDbControls):
    """`Controls` of what is allowed in a wallet; what waits stands beside the view."""

    def read(self, player_id: str, currency: str) -> Controlled | None:
        """Return a wallet with what waits."""
        view, owner = super().read(player_id, currency), wallet_key(player_id, currency)
        head = head_of(self._client, self._tables, owner)
        return replace(view, wallet=head) if view is not None and head is not None else view

    def change(self, before: Controlled, after: Controlled, audit: AuditRecord) -> bool:
        """Put `after` in the place of `before`; false when the wallet moved meanwhile."""
        moved = replace(after.wallet, version=before.wallet.version + 1)
        waits = {each.name: _pending(each) for each in after.pending}
        waiting = {
            "TableName": self._tables.wallets,
            "Key": wallet_item_key(moved.player_id, moved.currency),
            "UpdateExpression": "SET pending_limits = :waiting",
            "ExpressionAttributeValues": {":waiting": {"M": waits}},
        }
        writes = [put_change(log_table(self._tables), moved), {"Update": waiting}]
        return not transact_audited(self._client, self._tables, writes, audit)

    def _exclude(self, item: Item, name: str, until: int) -> dict[str, Any]:
        owner = wallet_key(item["player_id"]["S"], item["currency"]["S"])
        head = head_of(self._client, self._tables, owner)
        assert head is not None
        ends: dict[str, Any] = {name: until}
        limits = replace(head.limits or Limits(), **ends)
        moved = replace(head, limits=limits, version=head.version + 1)
        return put_change(log_table(self._tables), moved)


def put_change(table: str, after: Wallet) -> dict[str, Any]:
    """Return the put of a change by the casino, which knows nothing of the views."""
    item = record_item(Record(after, known=0))
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": _ABSENT}}
