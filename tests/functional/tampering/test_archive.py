"""The ledger, the archive of its stream and the signed checkpoints: three accounts that agree."""

from pathlib import Path

import pytest

from casino.events.daily import Proven
from casino.events.store.checkpoints import S3Checkpoints
from ops.verbs.verification import checkpoint, verify
from tests.functional.tampering.archive_kinds import IN_THE_ARCHIVE, ArchiveKind
from tests.functional.tampering.casino import tampered
from tests.functional.tampering.kinds import ALONE, ARCHIVED, Kind
from tests.functional.tampering.vault import DAY_S, Key, Vault, a_vault, codes


@pytest.fixture(scope="module")
def vault() -> Vault:
    return a_vault()


def test_three_accounts_of_what_was_played_agree(vault: Vault, tmp_path: Path) -> None:
    assert vault.faults(tmp_path / "shelf") == ()


@pytest.mark.parametrize("kind", [*ALONE, *ARCHIVED], ids=lambda kind: kind.name)
def test_each_kind_is_named_against_the_archive(vault: Vault, kind: Kind, tmp_path: Path) -> None:
    assert kind.fault in codes(vault.copy(tampered(vault.scene, kind.do)), tmp_path)


@pytest.mark.parametrize("kind", IN_THE_ARCHIVE, ids=lambda kind: kind.name)
def test_tampering_with_the_archive_is_named(
    vault: Vault, kind: ArchiveKind, tmp_path: Path
) -> None:
    spoiled = vault.copy()
    kind.do(spoiled.objects)
    assert kind.fault in codes(spoiled, tmp_path)


def test_a_refusal_invented_in_the_table_and_in_the_archive_came_late(
    vault: Vault, tmp_path: Path
) -> None:
    """Its stream archives what is written, whoever wrote it; but the day was signed before."""
    (invented,) = (kind for kind in ARCHIVED if kind.name == "a refusal invented")
    spoiled = vault.copy(tampered(vault.scene, invented.do))
    spoiled.archive()
    assert codes(spoiled, tmp_path) == {"archived_late"}


def test_a_last_entry_rewritten_in_the_table_and_in_the_archive_is_not_what_was_signed(
    vault: Vault, tmp_path: Path
) -> None:
    (last,) = (kind for kind in ARCHIVED if kind.name.startswith("the last entry rewritten"))
    spoiled = vault.copy(tampered(vault.scene, last.do))
    spoiled.archive()
    assert {"checkpoint_head", "archive_conflict"} <= codes(spoiled, tmp_path)


def test_a_checkpoint_signed_with_another_key_is_forged(vault: Vault, tmp_path: Path) -> None:
    spoiled = vault.unsigned()
    own, spoiled.key = spoiled.key, Key()
    spoiled.pass_days()
    spoiled.key = own
    assert "checkpoint_forged" in codes(spoiled, tmp_path)


def test_a_day_proves_the_wallets_that_moved_and_no_other(vault: Vault) -> None:
    again = vault.unsigned()
    first, *rest = again.pass_days()
    moved = {("ann", "EUR"), ("bob", "JPY"), ("dan", "EUR"), ("eve", "EUR")}
    assert set(again.proved) == moved
    assert (first.wallets, first.faulty) == (4, {})
    assert [day.wallets for day in rest] == [0, 0], "nobody moved"
    assert again.daily() == Proven(), "what is signed is not proven again"


def test_a_run_makes_up_for_days_that_no_run_came_to(vault: Vault) -> None:
    late = vault.unsigned()
    late.clock.advance(DAY_S)
    late.daily()
    late.clock.advance(2 * DAY_S)
    assert len(late.daily().days) == 2
    assert late.objects.keys() == vault.objects.keys()


def test_a_day_names_wallets_with_faults_and_is_signed_all_the_same(vault: Vault) -> None:
    (gap,) = (kind for kind in ALONE if kind.name == "the last entry deleted")
    spoiled = vault.unsigned(tampered(vault.scene, gap.do))
    proven, *_ = spoiled.pass_days()
    assert proven.faulty.keys() == {"JPY#bob"}
    assert "sequence_gap" in proven.faulty["JPY#bob"]
    assert len(S3Checkpoints(spoiled.s3, "archive").days()) == 3


def test_the_verbs_sign_what_they_prove_and_find_what_was_changed_since(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    day = vault.unsigned()
    day.clock.advance(DAY_S)
    signed = checkpoint(day.operations())
    assert (signed.exit_code, signed.lines) == (0, ["1 day signed, 4 wallets proven"])
    assert verify(day.operations(), against_archive=True).exit_code == 0
    (poor,) = (kind for kind in ARCHIVED if kind.name == "a refusal deleted")
    found = verify(day.operations(tampered(day.scene, poor.do)), against_archive=True)
    assert found.exit_code == 1
    assert "archived_missing" in "\n".join(found.lines)
    assert "comparing with the archive" in capsys.readouterr().err
