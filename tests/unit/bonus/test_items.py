"""What a wallet knows of its bonuses comes back from its item, however many grants there were."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from casino.bonus.decide import account_of, ended, granted
from casino.bonus.items import bonus_value, part_value, read_bonus, read_part
from casino.bonus.model import BONUS, HOUSE, Bonus, BonusPart, BonusTerms, Grant

minors = st.integers(0, 10**15)
terms = st.builds(
    BonusTerms,
    grant_id=st.text(min_size=1, max_size=40),
    amount_minor=minors,
    required_minor=minors,
    expires_at=st.integers(0, 10**10),
    order=st.sampled_from(["cash_first", "bonus_first"]),
    max_bet_minor=st.none() | minors,
    contributions=st.dictionaries(st.text(min_size=1), st.integers(0, 100), max_size=4).map(
        lambda percents: tuple(sorted(percents.items()))
    ),
    pays=st.sampled_from(["cash", "bonus"]),
    times=st.integers(0, 1_000),
)


@given(terms, st.lists(st.booleans(), max_size=300), minors, st.booleans())
def test_a_bonus_reads_as_it_was_stored(
    said: BonusTerms, ends: list[bool], minor: int, review: bool
) -> None:
    bonus = Bonus()
    for converted in ends:
        made = granted(bonus, said)
        assert made.grant is not None
        made = replace(made, grant=replace(made.grant, review=review))
        bonus = ended(made, converted=converted)
    grant = Grant(len(ends) + 1, said, minor, minor + 1, minor + 2, review)
    for each in (bonus, Bonus(bonus.count + 1, bonus.converted, grant, bonus.reviewed)):
        assert read_bonus(bonus_value(each)) == each
        accounts = [account_of(each, number + 1) for number in range(len(ends))]
        assert accounts == ["player" if converted else HOUSE for converted in ends]
    assert account_of(Bonus(grant.number, 0, grant), grant.number) == BONUS


@given(terms)
def test_terms_read_as_their_entry_noted_them(said: BonusTerms) -> None:
    assert BonusTerms.read(said.noted()) == said


@given(st.builds(BonusPart, st.text(), *([st.integers(-(10**15), 10**15)] * 8)))
def test_what_an_entry_says_reads_as_it_was_stored(part: BonusPart) -> None:
    assert read_part(part_value(part)) == part
