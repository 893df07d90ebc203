"""What every page of the console has: what it is asked, how it is rendered, how it fails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from casino.base.errors import AdminError, CasinoError, RequestRefusedError, RetryableError
from ops.context import Operations
from ops.errors import OpsError
from sandbox.console.guard import policy
from sandbox.console.house import House, StackDownError

FOLDER: Final = Path(__file__).parent
#: The largest form: a request that is composed by hand is far smaller.
MOST_FORM: Final = 256 * 1024
_UNANSWERED: Final = (BotoCoreError, ClientError, RetryableError, httpx.HTTPError)
_REFUSED: Final = (CasinoError, OpsError)

type Handler = Callable[["Asked"], Response]


@dataclass(frozen=True)
class Page:
    """A page with its handlers by path; a `path` of its own puts it into the navigation."""

    title: str
    path: str
    gets: Mapping[str, Handler]
    posts: Mapping[str, Handler] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request to a page."""

    request: Request
    house: House
    page: Page
    pages: Sequence[Page]
    form: Mapping[str, str]
    """The fields of a POST; the last one of a name counts."""

    @property
    def operations(self) -> Operations:
        """The use cases of the stack; raises `StackDownError`."""
        return self.house.operations

    @property
    def stack(self) -> dict[str, Any]:
        """What the stack's file says; raises `StackDownError`."""
        return self.house.stack

    def query(self, name: str, otherwise: str = "") -> str:
        """Return a parameter of the address."""
        return str(self.request.query_params.get(name, otherwise))

    def place(self, name: str) -> str:
        """Return a part of the path that the route names."""
        return str(self.request.path_params[name])

    def render(
        self, template: str, /, http_status: int = 200, frames: Sequence[str] = (), **values: Any
    ) -> Response:
        """Return a template as the answer; the page may embed pages of the origins `frames`."""
        values |= {"page": self.page, "pages": [each for each in self.pages if each.path]}
        text = _TEMPLATES.get_template(template).render(values)
        headers = {"Content-Security-Policy": policy(frames)} if frames else None
        return HTMLResponse(text, http_status, headers)

    def go(self, address: str) -> Response:
        """Return the answer to a form: the page that shows what became of it."""
        return RedirectResponse(address, 303)

    @property
    def is_part(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return "hx-request" in self.request.headers


def routes(pages: Sequence[Page], house: House) -> list[Route]:
    """Return the routes of the pages."""
    return [
        Route(path, _endpoint(handler, page, pages, house), methods=[method])
        for page in pages
        for method, handlers in (("GET", page.gets), ("POST", page.posts))
        for path, handler in handlers.items()
    ]


def _endpoint(handler: Handler, page: Page, pages: Sequence[Page], house: House) -> Any:
    async def answer(request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return Response("the form is too long, or no text", 413)
        return await run_in_threadpool(_answered, handler, Asked(request, house, page, pages, form))

    return answer


async def _form(request: Request) -> dict[str, str] | None:
    """Return the fields of a form; `None` for what is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
    except ValueError:
        return None


def _answered(handler: Handler, asked: Asked) -> Response:
    """Answer, or say what is wrong."""
    try:
        return handler(asked)
    except StackDownError as error:
        return problem(asked, 503, "The stack is down", str(error))
    except _UNANSWERED as error:
        said = f"The local stack does not answer ({type(error).__name__}). Start it with make run."
        return problem(asked, 503, "The stack does not answer", said)
    except _REFUSED as error:
        code = getattr(error, "code", type(error).__name__)
        detail = error.detail if isinstance(error, RequestRefusedError) else str(error)
        missing = isinstance(error, AdminError) and code.endswith("_not_found")
        return problem(asked, 404 if missing else 400, code, detail)


def problem(asked: Asked, status: int, title: str, said: str) -> Response:
    """Return a page, or a part of one, that says what is wrong."""
    template = "_problem.html" if asked.is_part else "problem.html"
    return asked.render(template, http_status=status, title=title, said=said)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    # An amount of zero wei is not "0E-18".
    finalize=lambda value: f"{value:f}" if isinstance(value, Decimal) else value,
    trim_blocks=True,
    lstrip_blocks=True,
)
