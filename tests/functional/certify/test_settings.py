"""What a run is told, and what it says in one line when it cannot begin."""

import ssl
import stat
from pathlib import Path
from typing import Final

import pytest
import urllib3
from typer.testing import CliRunner

from certify.cli import app
from certify.masks import Mask
from certify.model import Reply, Request
from certify.settings import SettingsError, read
from certify.transport import HttpLine

WHERE: Final = ("--url", "https://casino.example", "--key", "k", "--secret", "s")
ANN: Final = ("--player", "ann:EUR:s1")


def test_settings_come_from_options_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        'url = "https://casino.example/"\nkey = "k"\nsecret = "s"\n[budgets]\np95_ms = 50\n'
        '[[players]]\nplayer_id = "p"\ncurrency = "EUR"\nsession_id = "x"\ntrait = "blocked"\n'
    )
    file.chmod(stat.S_IRUSR)
    with pytest.raises(SettingsError, match="without a trait"):
        read("", "", "", [], file)
    made = read("", "mine", "", ["ann:EUR:s1"], file)
    assert (made.access.url, made.access.key) == ("https://casino.example", "mine")
    assert [seat.trait for seat in made.seats] == ["normal", "blocked"]
    assert made.rules.budgets["p95_ms"] == 50
    for wrong in (["ann"], ["ann:EUR:"]):
        with pytest.raises(SettingsError):
            read("https://x.example", "k", "s", wrong, None)
    with pytest.raises(SettingsError, match="http"):
        read("file:///etc/passwd", "k", "s", ["ann:EUR:s"], None)


@pytest.mark.parametrize(
    "url",
    ["casino.example", "https://", "https://user:pass@casino.example", "https://c.example?key=1",
     "https://c.example/#a", "https://c.example:99999"],
)  # fmt: skip
def test_a_url_is_a_host_and_a_path_and_holds_no_credential(url: str) -> None:
    with pytest.raises(SettingsError, match="a host and a path"):
        read(url, "k", "s", ["ann:EUR:s1"], None)


@pytest.mark.parametrize(
    ("players", "words"),
    [(["ann:EUR:s1", "ann:EUR:s2:closed"], "ann is given twice"),
     (["ann:JPY:s1"], "JPY has not two decimals"), (["ann:EUR:s1:closed"], "without a trait")],
)  # fmt: skip
def test_players_with_whom_a_right_wallet_looks_wrong_are_refused(
    players: list[str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        read("https://c.example", "k", "s", players, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [("timeout_s = 0", "timeout_s is a number"), ("requests = 1000000", "requests is a number"),
     ("requests = \"many\"", "requests is a number"), ("parallel = 0", "parallel is a number"),
     ("budgets = 3", "budgets is a table"), ("access = \"x\"", "access is a table"),
     ("players = [1]", "players are tables"), ("key = 5", "key is a text"),
     ("key = \"…\"", "header"),
     ("url = ", "config.toml"), ("wrong = 1", "unknown settings wrong")],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    given = [word for word in WHERE if not (text.startswith("key") and word in ("--key", "k"))]
    told = CliRunner().invoke(app, ["igsp", *given, *ANN, "--config", str(file)])
    assert (told.exit_code, len(told.output.splitlines())) == (2, 1), told.output
    assert told.output.startswith("certify: ")
    assert words in told.output


@pytest.mark.parametrize(
    ("reply", "words"),
    [(Reply(0, {}, b"", 0, "no connection"), "nothing answers at https://casino.example: no conn"),
     (Reply(404, {}, b"<html>"), "answers 404 to a first request: is the URL right"),
     (Reply(302, {}, b""), "answers 302 to a first request: is the URL right"),
     (Reply(401, {}, b'{"error":"unauthorized"}'), "answers 401 unauthorized"),
     (Reply(400, {}, b'{"error":"session_not_found","message":"m"}'), "for ann: check key, secret"),
     (Reply(200, {}, b'{"balance":99.99}'), "ann has less than 100.00 EUR")],
)  # fmt: skip
def test_a_platform_that_cannot_be_tried_is_told_in_one_line(
    reply: Reply, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def send(line: HttpLine, request: Request) -> Reply:
        return reply

    monkeypatch.setattr(HttpLine, "send", send)
    told = CliRunner().invoke(app, ["igsp", *WHERE, *ANN, "--out", str(tmp_path)])
    assert (told.exit_code, len(told.output.splitlines())) == (2, 1), told.output
    assert words in told.output
    assert not [*tmp_path.iterdir()]


def test_a_key_that_cannot_sign_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    key = ("--sign-key", str(tmp_path / "none"))
    told = CliRunner().invoke(app, ["igsp", *WHERE, *ANN, "--out", str(tmp_path), *key])
    assert (told.exit_code, len(told.output.splitlines())) == (2, 1)
    assert "No such file" in told.output


def test_winupgo_says_what_its_access_lacks() -> None:
    told = CliRunner().invoke(app, ["winupgo", *WHERE, *ANN])
    assert (told.exit_code, "lacks brand_id, region" in told.output) == (2, True)


def test_a_line_says_why_nothing_came_back(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ssl.SSLCertVerificationError(1, "certificate verify failed")
    wrong.verify_message = "self-signed certificate"
    for error, words in (
        (urllib3.exceptions.SSLError(wrong), "TLS fails: self-signed certificate"),
        (urllib3.exceptions.ConnectTimeoutError("late"), "no answer in time"),
        (urllib3.exceptions.ProtocolError("broken"), "it hangs up"),
        (UnicodeEncodeError("latin-1", "…", 0, 1, "no"), "a header cannot be sent"),
    ):

        def refuse(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        line = HttpLine("https://casino.example", 1, 1)
        monkeypatch.setattr(line._pool, "urlopen", refuse)
        assert line.send(Request("", (), b"")).why == words


def test_no_credential_is_left_in_a_text() -> None:
    mask = Mask({"abcd/efgh": "secret", "token-of-ann": "session of ann", "short": "key"})
    assert mask.hide(r"abcd/efgh abcd\/efgh token-of-ann short") == (
        "[secret] [secret] [session of ann] short"
    )
    headers: list[tuple[str, str | bytes]] = [
        ("Authorization", "Bearer 0123456789abcdef"),
        ("X-Signature", b"\xc3"),
    ]
    assert mask.hide("got 0123456789abcdef", headers) == "got [Authorization]"


def test_a_dry_run_lists_and_sends_nothing() -> None:
    listed = CliRunner().invoke(app, ["igsp", "--dry-run", "--tag", "storm"])
    assert [line.split()[0] for line in listed.output.splitlines()] == [
        "NET-07",
        "NET-08",
        "NET-09",
    ]
