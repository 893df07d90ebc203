"""The history of wallets that are logs: what was applied is read there, and not in a view."""

from collections.abc import Iterator

from casino.aws.attributes import text
from casino.aws.dynamodb import query, scan
from casino.wallet.model import Entry, wallet_key
from casino.wallet.ports import LedgerItem, Unreadable
from casino.wallet.store.history import DynamoDbHistory
from casino.wallet.store.reading import read_item, readable
from tests.simulation.experiment.records import read_record
from tests.simulation.experiment.store import CLAIM, log_table


class LogHistory(DynamoDbHistory):
    """`History` of wallets that are logs; a claim is no entry."""

    def everything(self) -> Iterator[LedgerItem | Unreadable]:
        """Yield every item of the ledger, as far as the views are."""
        for item in scan(self._client, self._tables.ledger):
            if item.get("record") != text(CLAIM):
                yield readable(read_item, item)

    def of_wallet(self, player_id: str, currency: str, since: int = 0) -> Iterator[Entry]:
        """Yield the entries of a wallet in order; refusals beside the log as far as indexed."""
        logged = {
            (entry.integration, entry.transaction_id): entry
            for entry in self._logged(wallet_key(player_id, currency))
            if entry.attributed and entry.seq >= since
        }
        for entry in super().of_wallet(player_id, currency, since):
            logged.setdefault((entry.integration, entry.transaction_id), entry)
        yield from sorted(logged.values(), key=lambda entry: entry.seq)

    def _logged(self, wallet: str) -> Iterator[Entry]:
        for item in query(
            self._client,
            TableName=log_table(self._tables),
            KeyConditionExpression="id = :wallet",
            ExpressionAttributeValues={":wallet": text(wallet)},
            ConsistentRead=True,
        ):
            entry = read_record(item).entry
            if entry is not None:
                yield entry
