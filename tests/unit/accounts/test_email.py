"""E-mails as keys: which spellings are one player's, and that none of them is ever two players'."""

import pytest

from casino.accounts.email import email_hash, normalised

KEY = b"k" * 32


@pytest.mark.parametrize("spelling", ["ann@example.org", "Ann@Example.ORG", "ANN@EXAMPLE.ORG"])
def test_the_case_of_ascii_letters_is_ignored(spelling: str) -> None:
    assert normalised(spelling) == "ann@example.org"


@pytest.mark.parametrize(
    "other", ["a.nn@example.org", "ann+bonus@example.org", "ann@mail.example.org", "an@example.org"]
)
def test_what_may_be_another_mailbox_is_another_player(other: str) -> None:
    assert normalised(other) == other
    assert email_hash(other, KEY) != email_hash("ann@example.org", KEY)


@pytest.mark.parametrize(
    "confusable",
    [
        "\u0430nn@example.org",  # Cyrillic a
        "ann@ex\u0430mple.org",
        "\uff41nn@example.org",  # full-width a, which NFKC would fold
        "\u212aim@example.org",  # Kelvin sign, which `lower` would fold
        "ann@exa\u0301mple.org",  # combining accent
        "ann\u200b@example.org",  # zero-width space
        "ann@example\u3002org",  # ideographic full stop, which IDNA would fold
        "\u202eann@example.org",  # right-to-left override
    ],
)
def test_a_character_outside_ascii_names_nobody(confusable: str) -> None:
    assert normalised(confusable) is None
    assert email_hash(confusable, KEY) is None


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@example.org", "ann@", "ann@example", "ann@@example.org", " ann@example.org",
     "ann@example.org\n", "ann@example.org\x00", "a b@example.org", '"ann"@example.org',
     "ann@example..org", "ann@[127.0.0.1]", "a" * 65 + "@example.org",
     "ann@" + ".".join(["a" * 60] * 5)],
)  # fmt: skip
def test_what_is_no_address_names_nobody(text: str) -> None:
    assert normalised(text) is None


def test_an_address_of_the_greatest_length_names_somebody() -> None:
    assert normalised("a" * 64 + "@" + ".".join(["b" * 50] * 4) + ".org") is not None


def test_the_hash_needs_the_key_and_shows_no_address() -> None:
    hashed = email_hash("Ann@example.org", KEY)
    assert hashed is not None
    assert len(hashed) == 64
    assert hashed == email_hash("ann@example.org", KEY)
    assert hashed != email_hash("ann@example.org", b"another key")
