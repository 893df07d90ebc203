"""Proves the ledger."""

import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from casino.base.checks import a_currency
from casino.events.daily import Daily
from casino.events.ports import WalletName
from casino.events.store.archive import S3Archive
from casino.events.store.checkpoints import KmsSigner, S3Checkpoints
from casino.wallet.proof.verify import Verification
from casino.wallet.store.pages import Pages
from casino.wiring.proof import faults_of
from ops.against import Against, public_key
from ops.context import Operations
from ops.errors import OpsError
from ops.mistyped import a_number
from ops.output import Output, count, table
from ops.shelf import Shelf
from ops.sweep import Sweep
from ops.verbs.rebuild import TablesOption

_SEGMENTS: Final = 4

ResumeOption = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        metavar="FILE",
        help="Keep what was read in FILE; after an interruption go on there.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--public-key",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Who signs checkpoints; KMS knows, too.",
    ),
]
SegmentsOption = Annotated[
    int,
    typer.Option(parser=a_number(int, 1), metavar="N", help="So many parts are read side by side."),
]


def verify(
    operations: Operations,
    player_id: Annotated[str | None, typer.Argument(metavar="PLAYER")] = None,
    currency: Annotated[str | None, typer.Argument(metavar="CURRENCY")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every wallet, as without PLAYER.")
    ] = False,
    tables: TablesOption = None,
    against_archive: Annotated[
        bool, typer.Option("--against-archive", help="Compare the ledger with its archive, too.")
    ] = False,
    key_file: KeyOption = None,
    resume: ResumeOption = None,
    segments: SegmentsOption = _SEGMENTS,
) -> Output:
    """Recompute balances, chains, answers, markers and counters; list each fault, then exit 1."""
    chosen = operations.over(tables)
    if key_file is not None and not against_archive:
        raise typer.BadParameter("--public-key is for --against-archive")
    if player_id is None or everything:
        if player_id is not None:
            raise typer.BadParameter("give a player and currency, or --all")
        found = _swept(chosen, resume, segments, _key(chosen, key_file, against_archive))
    elif against_archive:
        raise typer.BadParameter("the archive is compared with the whole ledger")
    elif currency is None:
        raise typer.BadParameter("give the currency of the wallet, too")
    else:
        try:
            found = chosen.verifier.wallet(player_id, a_currency(currency))
        except LookupError as error:
            raise OpsError("wallet_not_found", str(error)) from error
    return _shown(found)


def _key(
    operations: Operations, file: Path | None, against_archive: bool
) -> EllipticCurvePublicKey | None:
    """Return the key that the checkpoints are checked with; `None` if they are not."""
    if not against_archive:
        return None
    if file is not None:
        return public_key(file.read_bytes())
    named = operations.stack.events.checkpoint_key
    if not named:
        raise OpsError("no_stack", "the stack names no key: give its --public-key")
    return public_key(operations.aws("kms").get_public_key(KeyId=named)["PublicKey"])


def _swept(
    operations: Operations, resume: Path | None, segments: int, key: EllipticCurvePublicKey | None
) -> Verification:
    """Return what is wrong with the whole ledger; a `resume` file is gone once all is judged."""
    with tempfile.TemporaryDirectory() as folder:
        file = resume or Path(folder) / "shelf"
        shelf = Shelf(file, operations.stack.tables.ledger, segments)
        pages = Pages(operations.dynamodb, operations.stack.tables)
        try:
            found = Sweep(pages, shelf, operations.verifier, _say).run()
            if key is not None:
                _say("comparing with the archive")
                place = (operations.objects, operations.stack.events.archive)
                accounts = (S3Archive(*place), S3Checkpoints(*place))
                against = Against(shelf, pages, *accounts, key, operations.clock)
                found = replace(found, faults=(*found.faults, *against.faults()))
        finally:
            shelf.close()
        file.unlink()
        return found


def checkpoint(operations: Operations) -> Output:
    """Prove the wallets that moved since the last checkpoint, and sign each of these days."""
    outputs = operations.stack.events
    if not outputs.checkpoint_key:
        raise OpsError("no_stack", "the stack names no key that signs")
    place = (operations.objects, outputs.archive)
    signer = KmsSigner(operations.aws("kms"), outputs.checkpoint_key)

    def prove(wallet: WalletName) -> list[str]:
        return sorted({code for code, _ in faults_of(operations.verifier, wallet)})

    accounts = (S3Archive(*place), S3Checkpoints(*place))
    try:
        proven = Daily(*accounts, signer, prove, operations.clock).run()
    except ValueError as error:
        raise OpsError("checkpoint_unreadable", f"nothing follows it: {error}") from error
    days = count(len(proven.days), "day")
    lines = [f"{days} signed, {count(proven.wallets, 'wallet')} proven"]
    if proven.faulty:
        rows = [(wallet, ", ".join(codes)) for wallet, codes in proven.faulty.items()]
        lines += ["", *table(("wallet or object", "faults"), rows)]
    data = {"days": proven.days, "wallets": proven.wallets, "faulty": proven.faulty}
    return Output(data, lines, exit_code=1 if proven.faulty else 0)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _shown(found: Verification) -> Output:
    data = {
        "ok": not found.faults,
        "wallets": found.wallets,
        "entries": found.entries,
        "faults": [asdict(fault) for fault in found.faults],
    }
    counts = (
        count(found.wallets, "wallet"),
        count(found.entries, "entry", "entries"),
        count(len(found.faults), "fault"),
    )
    lines = [", ".join(counts)]
    if found.faults:
        rows = [
            (fault.code, fault.wallet, fault.transaction_id, fault.detail) for fault in found.faults
        ]
        lines += ["", *table(("fault", "wallet", "transaction", "detail"), rows)]
    return Output(data, lines, exit_code=1 if found.faults else 0)
