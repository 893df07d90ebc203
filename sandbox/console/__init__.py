"""The sandbox console: a web page on the stack of `make run`. It answers this machine alone.

A page is added in three steps; `pages/overview.py` is the model to copy.

1. `pages/<noun>.py` has a `PAGE`: its title, its path, and its handlers by path. A handler is a
   plain function `(Asked) -> Response`; it may block, as it runs in a thread of its own.
2. `templates/<noun>.html` extends `base.html` and fills the block `main`. A part of a page that
   lives is a template of its own whose name begins with `_`: the page includes it, and htmx asks
   for it again (macro `live` of `parts.html`).
3. One line in `app.PAGES`. The navigation lists the page from then on.

What a handler gets is `shell.Asked`: `operations` (the verbs and use cases of the stack), `stack`
(what stands in `.local/stack.json`), `query` and `form`, and `render`. What is kept between
requests is a class that `asked.house.keep(Class)` makes once; its `close()` runs at the end.

A handler raises what the use cases raise: `shell` turns an `AdminError` into a page that says it,
and a stack that does not answer into one that says `make run`. Templates escape everything: names,
ids and refusals are a counterpart's words. A POST arrives only from the console's own pages.
There is no inline script or style, and nothing of another host: `guard` forbids it to the browser.
"""
