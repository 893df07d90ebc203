"""Write the answers of iGSP: balances as JSON numbers with the currency's own decimals."""

import json

from casino.base.money import to_major
from casino.wallet.refusals import CATALOGUE


class IgspRenderer:
    """`BalanceResponse`, `TransactionResponse` and `ErrorResponse`, as compact JSON text."""

    def success(self, balance_minor: int, currency: str, transaction_id: str | None) -> str:
        """Return `{"balance":97.50}`, with our `transaction_id` when money was decided."""
        balance = to_major(balance_minor, currency)
        if transaction_id is None:
            return f'{{"balance":{balance}}}'
        return f'{{"balance":{balance},"transaction_id":{json.dumps(transaction_id)}}}'

    def error(
        self,
        code: str,
        trace_id: str,
        *,
        balance: tuple[int, str] | None = None,
        transaction_id: str | None = None,
        detail: str = "",
    ) -> str:
        """Return the error `code` of the catalogue; `detail` is added to the message for people."""
        spec = CATALOGUE[code]
        body: dict[str, object] = {
            "error": spec.code,
            "message": f"{spec.message} ({detail})" if detail else spec.message,
            "status": spec.status,
            "retryable": spec.retryable,
            "trace_id": trace_id,
        }
        if transaction_id is not None:
            body["transaction_id"] = transaction_id
        text = json.dumps(body, separators=(",", ":"))
        if balance is not None:
            text = f'{text[:-1]},"balance":{to_major(*balance)}}}'
        return text
