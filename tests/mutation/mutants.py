"""Makes mutants: functions with one small change each, by mutmut's operators.

`make_mutants` reads a module's file; `apply` changes the loaded function in place, for all who
imported it. What an error says to people is no behaviour that a test should hold, so its text is
left alone.
"""

import difflib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

#: mutmut passes decorated functions over; these decorators leave the function findable.
_DECORATORS: Final = re.compile(r"^ *@(?:property|lru_cache)\b.*\n", re.MULTILINE)

type Place = tuple[str, str]


@dataclass(frozen=True)
class Mutant:
    """One change of one function, such as `decide_bet` or `IgspFamily.verify`.

    `module` is its name below `casino`; the texts are those of the whole function.
    """

    module: str
    function: str
    before: str
    after: str

    @property
    def place(self) -> Place:
        """The module and the function."""
        return self.module, self.function

    @cached_property
    def line(self) -> str:
        """The function, the lines that go and the lines that come."""
        lines = list(difflib.ndiff(self.before.splitlines(), self.after.splitlines()))
        gone, come = (
            " ".join(line[2:].strip() for line in lines if line.startswith(sign))
            for sign in ("- ", "+ ")
        )
        return f"{self.function}: {gone} => {come}"


class _Visitor(MutationVisitor):
    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        return _is_wording(node) or super()._skip_node_and_children(node)


def _is_wording(node: cst.CSTNode) -> bool:
    """Tell whether it raises an error with a sentence: a code has no space."""
    if not isinstance(node, cst.Raise) or not isinstance(node.exc, cst.Call):
        return False
    said = [argument.value for argument in node.exc.args]
    texts = [cst.Module([]).code_for_node(it) for it in said]
    return all(
        isinstance(it, cst.SimpleString | cst.FormattedString) and " " in text
        for it, text in zip(said, texts, strict=True)
    )


def make_mutants(module: str, path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module's functions and methods, in the order of the file."""
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    tree = MetadataWrapper(cst.parse_module(_DECORATORS.sub("", path.read_text()))).visit(visitor)
    names: dict[cst.CSTNode, str] = {}
    for node in tree.body:
        if isinstance(node, cst.FunctionDef):
            names[node] = node.name.value
        elif isinstance(node, cst.ClassDef):
            methods = (each for each in node.body.body if isinstance(each, cst.FunctionDef))
            names |= {each: f"{node.name.value}.{each.name.value}" for each in methods}
    for mutation in visitor.mutations:
        function = mutation.contained_by_top_level_function
        if function not in names:
            continue
        changed = function.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.FunctionDef)
        before, after = (cst.Module([each]).code for each in (function, changed))
        yield Mutant(module, names[function], before, after)


@cache
def function_of(place: Place) -> FunctionType:
    """Return a loaded function; once found it stays known, whatever a test puts in its place."""
    stored = _stored(place)
    found = stored.fget if isinstance(stored, property) else stored
    assert callable(found)
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType)
    return found


def apply(mutant: Mutant) -> None:
    """Put a mutant in its function's place, in this process."""
    function, (owner, _, name) = function_of(mutant.place), mutant.function.rpartition(".")
    text = f"class {owner}:\n{textwrap.indent(mutant.after, '    ')}" if owner else mutant.after
    namespace = dict(vars(import_module(f"casino.{mutant.module}")))
    exec(text, namespace)
    changed = vars(namespace[owner])[name] if owner else namespace[name]
    function.__code__ = changed.__code__
    function.__defaults__, function.__kwdefaults__ = changed.__defaults__, changed.__kwdefaults__
    if hasattr(stored := _stored(mutant.place), "cache_clear"):
        stored.cache_clear()


def _stored(place: Place) -> object:
    found: object = import_module(f"casino.{place[0]}")
    for name in place[1].split("."):
        found = vars(found)[name]
    return found
