"""`make api`: every OpenAPI description of the project as one page, in one file.

The page holds Swagger UI and the descriptions, needs no server, and may not call any host: its own
security policy forbids every connection. docs/adr/0044-one-page-for-the-api.md says why.
"""

import json
from importlib.resources import files
from typing import Any, Final

import yaml

from sandbox.ministack import PROJECT

PAGE: Final = PROJECT / "build" / "api.html"
#: What the page calls a description, and its file.
DESCRIPTIONS: Final = {
    "hooks": PROJECT / "openapi" / "wallet-hooks.yaml",
    "sessions": PROJECT / "openapi" / "launch.yaml",
    "accounts": PROJECT / "openapi" / "accounts.yaml",
    "catalogue": PROJECT / "openapi" / "catalogue.yaml",
    "flexsoft": PROJECT / "openapi" / "flexsoft.yaml",
    "winupgo": PROJECT / "openapi" / "winupgo.yaml",
}

_SWAGGER_UI: Final = files("mkdocs_swagger_ui_tag") / "swagger-ui"
_HTML: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
 script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seamless wallet, the API</title>
<link rel="icon" href="data:,">
<style>%(css)s</style>
<style>
body { margin: 0 }
nav { background: #1b1b1b; font: 16px sans-serif; padding: 14px 20px }
nav a { border-radius: 4px; color: #fff; margin-right: 8px; padding: 6px 12px }
nav a { text-decoration: none }
nav a.chosen { background: #49cc90; color: #000 }
/* For sending requests; this page is for reading. */
.swagger-ui .scheme-container, .swagger-ui .authorization__btn { display: none }
.swagger-ui .info .main .link { display: none }
</style>
</head>
<body>
<nav>%(links)s</nav>
<main></main>
<script type="application/json" id="descriptions">%(descriptions)s</script>
<script>%(script)s</script>
<script>
// JavaScript would show the number 97.50 as 97.5: amounts come as text, and lose their quotes here.
const exact = (Original, { React }) => (props) => React.createElement(Original, {
  ...props, children: props.children.replace(/"decimal:([^"]+)"/g, "$1"),
});
const descriptions = JSON.parse(document.getElementById("descriptions").textContent);
function show() {
  const chosen = descriptions[location.hash.slice(1)] ? location.hash : "#hooks";
  for (const link of document.querySelectorAll("nav a"))
    link.classList.toggle("chosen", link.hash === chosen);
  const domNode = document.createElement("div");
  document.querySelector("main").replaceChildren(domNode);
  const ui = SwaggerUIBundle({
    domNode, spec: descriptions[chosen.slice(1)], validatorUrl: null, supportedSubmitMethods: [],
    defaultModelsExpandDepth: 0, plugins: [{ wrapComponents: { HighlightCode: exact } }],
  });
  // Its resolver takes no reference of a page on file:// (swagger-client, pull request 4258).
  ui.specActions.updateUrl("http://localhost/");
}
addEventListener("hashchange", show);
show();
</script>
</body>
</html>
"""


class _ExactLoader(yaml.SafeLoader):
    """Reads the number 97.50 as text, which the page shows as the number again, zero and all."""


_ExactLoader.add_constructor("tag:yaml.org,2002:float", lambda _, node: f"decimal:{node.value}")


def page() -> str:
    """Return the page as HTML."""
    described = {name: _description(path.read_text("utf-8")) for name, path in DESCRIPTIONS.items()}
    return _HTML % {
        "css": (_SWAGGER_UI / "stylesheets" / "swagger-ui.css").read_text("utf-8"),
        "script": _inline(
            (_SWAGGER_UI / "javascripts" / "swagger-ui-bundle.js").read_text("utf-8")
        ),
        "links": "".join(f'<a href="#{name}">{name}</a>' for name in DESCRIPTIONS),
        "descriptions": json.dumps(described).replace("<", "\\u003c"),
    }


def _description(text: str) -> dict[str, Any]:
    """Return a description whose examples have exact amounts, and their names in view."""
    description: dict[str, Any] = yaml.safe_load(text)
    exact = yaml.load(text, _ExactLoader)["components"].get("examples", {})  # noqa: S506 - safe
    for name, example in exact.items():
        example["summary"] = ": ".join(filter(None, (name, example.get("summary"))))
    description["components"]["examples"] = exact
    return description


def _inline(script: str) -> str:
    """Return a script that ends neither itself nor its HTML element early."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def main() -> None:
    """Write the page, and say where."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(PROJECT))


if __name__ == "__main__":
    main()
