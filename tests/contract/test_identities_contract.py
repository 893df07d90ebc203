"""What the store of partners' names promises, of the fake and of DynamoDB alike."""

from dataclasses import replace

from casino.accounts.model import Identity
from casino.accounts.ports import Identities, Named
from casino.audit.model import AuditRecord
from casino.audit.store import DynamoDbAudit
from testing.fakes import Casino, FakeWorld
from testing.transactions import AT
from testing.world import World

AUDIT = AuditRecord("player#ann", "set identity", "an operator", AT)
ANN = Identity("invo", "ann", "id_1", "aa" * 32, AT, 1)
BEA = Identity("invo", "bea", "id_2", "bb" * 32, AT, 1)


def whole(identities: Identities) -> list[Named]:
    return [identities.named("invo", each.identity_id, each.email_hash) for each in (ANN, BEA)]


def test_both_names_lead_to_the_player(casino: Casino) -> None:
    identities = casino.identities
    assert identities.change(None, ANN, AUDIT)
    assert identities.of("invo", "ann") == ANN
    assert identities.named("invo", "id_1", "aa" * 32) == ("ann", "ann")
    assert identities.named("invo", "id_1", None) == ("ann", None)
    assert identities.named("invo", None, "aa" * 32) == (None, "ann")
    assert identities.named("invo", None, None) == (None, None)
    assert identities.named("invo", "id_9", "99" * 32) == (None, None)


def test_a_name_at_one_partner_says_nothing_at_another(casino: Casino) -> None:
    assert casino.identities.change(None, ANN, AUDIT)
    assert casino.identities.named("igv", "id_1", "aa" * 32) == (None, None)
    assert casino.identities.of("igv", "ann") is None
    assert casino.identities.of("invo", "bea") is None


def test_a_name_stands_for_one_player_only(casino: Casino) -> None:
    identities = casino.identities
    assert identities.change(None, ANN, AUDIT)
    before = whole(identities)
    assert not identities.change(None, replace(BEA, identity_id="id_1"), AUDIT)
    assert not identities.change(None, replace(BEA, email_hash="aa" * 32), AUDIT)
    assert whole(identities) == before, "all or nothing"
    assert identities.of("invo", "bea") is None


def test_a_changed_name_leaves_nothing_behind(casino: Casino) -> None:
    identities = casino.identities
    assert identities.change(None, ANN, AUDIT)
    moved = replace(ANN, identity_id="id_3", email_hash=None, version=2)
    assert identities.change(ANN, moved, AUDIT)
    assert identities.of("invo", "ann") == moved
    assert identities.named("invo", "id_1", "aa" * 32) == (None, None)
    assert identities.named("invo", "id_3", None) == ("ann", None)
    assert identities.change(None, replace(BEA, identity_id="id_1"), AUDIT), "free again"


def test_the_second_of_two_changes_from_the_same_state_is_told_so(casino: Casino) -> None:
    identities = casino.identities
    assert identities.change(None, ANN, AUDIT)
    assert not identities.change(None, ANN, AUDIT)
    assert identities.change(ANN, replace(ANN, identity_id="id_3", version=2), AUDIT)
    assert not identities.change(ANN, replace(ANN, identity_id="id_4", version=2), AUDIT)
    assert identities.named("invo", "id_4", None) == (None, None)


def test_each_change_leaves_its_record_and_a_refused_one_none(casino: Casino) -> None:
    assert casino.identities.change(None, ANN, AUDIT)
    assert not casino.identities.change(None, ANN, AUDIT)
    if isinstance(casino, World):
        records = DynamoDbAudit(casino.client, casino.tables).records(AUDIT.subject)
    else:
        assert isinstance(casino, FakeWorld)
        records = [each for each in casino.tables.audit if each.subject == AUDIT.subject]
    assert records == [AUDIT]
