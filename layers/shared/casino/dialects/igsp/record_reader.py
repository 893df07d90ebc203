"""The models of the provider's API behind the `RecordReader` port."""

from collections.abc import Sequence

from casino.catalogue.model import Game, Provider
from casino.dialects.igsp import records as provider_api


class IgspRecords:
    """`RecordReader` by the models of iGSP."""

    def provider(self, integration: str, record: object) -> Provider:
        """Return a provider; raises `DriftError`."""
        return provider_api.read_provider(integration, record)

    def game(self, integration: str, record: object) -> Game:
        """Return a game; raises `DriftError`."""
        return provider_api.read_game(integration, record)

    def fingerprint(self, record: object) -> str:
        """Return what makes two records the same one; raises `DriftError`."""
        return provider_api.fingerprint(record)

    def records(self, raw: bytes) -> Sequence[object]:
        """Return the records of a page that was kept."""
        return provider_api.read_list(raw).data

    def encode(self, record: object) -> bytes:
        """Return a record as JSON, its numbers as they were."""
        return provider_api.encode_record(record)

    def decode(self, raw: bytes) -> object:
        """Return what `encode` was given."""
        return provider_api.decode_record(raw)
