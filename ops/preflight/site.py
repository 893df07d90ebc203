"""An environment as the preflight sees it: what was asked for, and what AWS has. It only reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from ops.context import Operations

type State = Literal["fine", "falls short", "not checked"]


class Row(NamedTuple):
    """What a check found; `todo` says what to do, unless it is fine."""

    check: str
    state: State
    found: str
    todo: str = ""


class Resource(NamedTuple):
    """A resource of the stack: its type, and its name at AWS."""

    kind: str
    name: str


@dataclass(frozen=True)
class Site:
    """A deployed stack, and `wanted`, the parameters that samconfig.toml has for it."""

    operations: Operations
    wanted: Mapping[str, str]

    def client(self, service: str) -> Any:
        """Return a client of a service of AWS, in the stack's region."""
        return self.operations.aws(service)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """What the stack was deployed with."""
        name = self.operations.stack.name
        (stack,) = self.operations.cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """What the stack consists of, by logical id."""
        request, found = {"StackName": self.operations.stack.name}, dict[str, Resource]()
        while True:
            page = self.operations.cloudformation.list_stack_resources(**request)
            for each in page["StackResourceSummaries"]:
                resource = Resource(each["ResourceType"], each.get("PhysicalResourceId", ""))
                found[each["LogicalResourceId"]] = resource
            if not page.get("NextToken"):
                return found
            request["NextToken"] = page["NextToken"]

    def named(self, kind: str) -> Iterator[str]:
        """Yield the names of the resources of a type."""
        return (each.name for each in self.resources.values() if each.kind == kind)


def judged(check: str, holds: bool, found: str, todo: str) -> Row:
    """Return what was found, with what to do if it does not hold."""
    return Row(check, "fine", found) if holds else Row(check, "falls short", found, todo)


def complete(check: str, lacking: Iterable[str], found: str, todo: str) -> Row:
    """Return that nothing is lacking, or what is."""
    names = ", ".join(sorted(lacking))
    return judged(check, not names, f"{found}: {names}" if names else "none is lacking", todo)
