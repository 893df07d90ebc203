"""How partners name players: by an id of theirs, or by an e-mail, of which only a hash is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from casino.accounts.email import email_hash
from casino.accounts.model import Identity
from casino.accounts.ports import Identities
from casino.audit.model import AuditRecord, Who, of_player
from casino.base.checks import an_id
from casino.base.clock import Clock
from casino.base.errors import AdminError, BusyError
from casino.base.times import iso_utc
from casino.wallet.explain import existing_player
from casino.wallet.ports import Accounts

_TRIES = 5


@dataclass(frozen=True, slots=True)
class PlayerIdentities:
    """The use cases; `owners` names the integrations, `key` returns the key of the hashes."""

    identities: Identities
    accounts: Accounts
    owners: Callable[[], Iterable[str]]
    key: Callable[[], bytes]
    clock: Clock

    def of(self, player_id: str) -> list[Identity]:
        """Return how the integrations name a player, by the integration's name."""
        existing_player(self.accounts, player_id)
        found = (self.identities.of(name, player_id) for name in sorted(self.owners()))
        return [each for each in found if each is not None]

    def set(
        self,
        player_id: str,
        integration: str,
        *,
        who: Who,
        email: str | None = None,
        identity_id: str | None = None,
    ) -> Identity:
        """Say how an integration names a player: `None` leaves a name, an empty text forgets it.

        The audit record says which of the two changed, and neither of them: nobody can delete it.
        """
        if email is None and identity_id is None:
            raise AdminError("invalid_request", "give an e-mail, an identity id, or both")
        who = who.explained()
        existing_player(self.accounts, player_id)
        if integration not in self.owners():
            raise AdminError("integration_not_found", f"there is no integration {integration}")
        hashed = self._hashed(email) if email else None
        named_id = an_id(identity_id, "the identity id") if identity_id else None
        for _ in range(_TRIES):
            before = self.identities.of(integration, player_id)
            after = before or Identity(integration, player_id)
            if email is not None:
                after = replace(after, email_hash=hashed)
            if identity_id is not None:
                after = replace(after, identity_id=named_id)
            if after == (before or Identity(integration, player_id)):
                return after
            now = self.clock.now()
            after = replace(after, changed_at=iso_utc(now), version=after.version + 1)
            record = changed(before, after, who, now)
            if self.identities.change(before, after, record):
                return after
            self._refuse_taken(after)
        raise BusyError("the identity changed too often meanwhile")

    def _hashed(self, email: str) -> str:
        found = email_hash(email, self.key())
        if found is None:
            message = "an e-mail is like ann@example.org, in ASCII: use the identity id instead"
            raise AdminError("invalid_request", message)
        return found

    def _refuse_taken(self, wanted: Identity) -> None:
        named = self.identities.named(wanted.integration, wanted.identity_id, wanted.email_hash)
        for other, what in ((named.by_id, "identity id"), (named.by_email, "e-mail")):
            if other not in (None, wanted.player_id):
                message = f"for {wanted.integration} this {what} is player {other}'s"
                raise AdminError("identity_taken", message)


def changed(before: Identity | None, after: Identity, who: Who, now: float) -> AuditRecord:
    """Return the audit record of a change: it names the integration and the fields."""
    old = before or Identity(after.integration, after.player_id)
    fields = [
        word
        for word, was, is_now in (
            ("email", old.email_hash, after.email_hash),
            ("identity_id", old.identity_id, after.identity_id),
        )
        if was != is_now
    ]
    detail = f"{after.integration}: {' '.join(fields)}"
    return who.record(of_player(after.player_id), "set identity", now, detail=detail)
