"""The report as one page: nothing is loaded from elsewhere, and it prints as it stands.

Whatever a platform answered is escaped: it is shown, never run.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final

from certify.report.plot import by_share, over_time

_WORDS: Final = {"passed": "passed", "failed": "FAILED", "observed": "seen", "skipped": "skipped"}


def render(said: Mapping[str, Any]) -> str:
    """Return the page."""
    style = (files("certify.report") / "page.css").read_text("utf-8")
    title = f"Certification of {said['dialect']} at {said['url']}"
    parts = [_head(said), _failures(said), _slo(said), _security(said), _seen(said), _all(said)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def _head(said: Mapping[str, Any]) -> str:
    word, state = _verdict(said)
    rows = [
        [severity, *(str(counts[verdict]) for verdict in _WORDS)]
        for severity, counts in said["counts"].items()
    ]
    facts = [
        ["protocol", said["dialect"]], ["platform", said["url"]], ["run", said["run"]],
        ["began", said["started"]], ["ended", said["ended"]],
        ["kit", f"{said['kit']['name']} {said['kit']['version']}"],
    ]  # fmt: skip
    return (
        f'<header class="{state}"><p>Certification of a wallet</p><h1>{word}</h1></header>'
        + _table("The run", ["what", "value"], facts)
        + _table("Verdicts", ["severity", *_WORDS.values()], rows)
    )


def _verdict(said: Mapping[str, Any]) -> tuple[str, str]:
    """Return the verdict in words, and whether it is `good`, `bad` or neither."""
    counts = said["counts"]
    if counts["must"]["failed"]:
        return "Not certified", "bad"
    if not said["whole"]:
        return "A part of the scenarios: no must failed", "part"
    less = {
        "must skipped": counts["must"]["skipped"],
        "should failed": counts["should"]["failed"],
        "others skipped": counts["should"]["skipped"] + counts["informs"]["skipped"],
    }
    words, state = ("Certified", "good") if said["certified"] else ("No must failed", "part")
    return "; ".join([words, *(f"{n} {rest}" for rest, n in less.items() if n)]), state


def _failures(said: Mapping[str, Any]) -> str:
    failed = [row for row in said["scenarios"] if row["verdict"] == "failed"]
    if not failed:
        return ""
    inner = "".join(
        f"<article><h3>{escape(row['id'])} {escape(row['title'])} "
        f"<small>{escape(row['severity'])} · {escape(row['text'])}</small></h3>"
        f"<p>{escape(row['proves'])}</p><ul>{_items(row['faults'])}</ul>"
        f"<p><b>What to do:</b> {escape(row['remedy'])}</p></article>"
        for row in failed
    )
    return f"<section><h2>What failed</h2>{inner}</section>"


def _slo(said: Mapping[str, Any]) -> str:
    slo, rows = said["slo"], said["scenarios"]
    names = ["requests", "p50_ms", "p95_ms", "p99_ms", "server_errors", "no_answer"]
    table = [[verb, *(f"{row[name]:g}" for name in names)] for verb, row in slo["by_verb"].items()]
    words = ["request", "count", "p50 ms", "p95 ms", "p99 ms", "5xx", "no answer"]
    load = [
        [name, f"{value:g}", f"{slo['budgets'][name]:g}" if name in slo["budgets"] else ""]
        for name, value in slo["load"].items()
    ]
    lag = (
        f"<p>A win was in the balance after {slo['lag_ms']:.0f} ms.</p>" if "lag_ms" in slo else ""
    )
    return (
        "<section><h2>Service levels</h2>"
        + _table("By request; answers that were hung up on count as none", words, table)
        + (_table("Under load", ["figure", "measured", "budget"], load) if load else "")
        + f"<p>{lag}</p><figure>{over_time(rows)}"
        "<figcaption>Every request of the run</figcaption></figure>"
        + f"<figure>{by_share(rows)}<figcaption>Which share was answered how soon</figcaption>"
        "</figure></section>"
    )


def _security(said: Mapping[str, Any]) -> str:
    rows = [[row["what"], row["seen"]] for row in said["security"]]
    return f"<section><h2>Security</h2>{_table('What was seen', ['what', 'seen'], rows)}</section>"


def _seen(said: Mapping[str, Any]) -> str:
    rows = [
        [row["id"], row["title"], row["observed"]]
        for row in said["scenarios"]
        if row["verdict"] == "observed"
    ]
    if not rows:
        return ""
    table = _table("Where the standard is silent", ["id", "case", "the platform"], rows)
    return f"<section><h2>What a provider can expect</h2>{table}</section>"


def _all(said: Mapping[str, Any]) -> str:
    inner = "".join(_scenario(row) for row in said["scenarios"])
    return f"<section><h2>Every scenario</h2>{inner}</section>"


def _scenario(row: Mapping[str, Any]) -> str:
    exchanges = [
        [e["at"], e["trace_id"], e["step"].partition("|")[0], str(e["status"] or "none"),
         f"{e['ms']:.1f}", e["their_trace_id"]]
        for e in row["exchanges"]
    ]  # fmt: skip
    bodies = ""
    if row["verdict"] in ("failed", "observed"):
        bodies = "".join(
            f"<pre>{escape(e['sent'])}\n→ {e['status']} {escape(e['answered'])}</pre>"
            for e in row["exchanges"]
        )
    words = ["at", "trace id", "request", "status", "ms", "their trace id"]
    requests = _table("Requests", words, exchanges) if exchanges else ""
    return (
        f"<details{' open' if row['verdict'] == 'failed' else ''}>"
        f'<summary><span class="{row["verdict"]}">{_WORDS[row["verdict"]]}</span> '
        f"{escape(row['id'])} {escape(row['title'])} "
        f"<small>{escape(row['severity'])}</small></summary>"
        f"<p>{escape(row['proves'])} <small>{escape(row['text'])}</small></p>"
        f"<p>{escape(row['observed'])}</p><ol>{_items(row['steps'], 'code')}</ol>"
        f"{requests}{bodies}</details>"
    )


def _items(texts: Iterable[str], tag: str = "span") -> str:
    return "".join(f"<li><{tag}>{escape(text)}</{tag}></li>" for text in texts)


def _table(caption: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
