"""SAM reads template.yaml as cfn-lint, whose reader takes more, does."""

from typing import Any, Final

import pytest
import yaml

from testing.template import (
    PROJECT,
    created_tables,
    load_template,
    resources,
    written_template,
)

TEXT: Final = (PROJECT / "template.yaml").read_text("utf-8")


class SamLoader(yaml.SafeLoader):
    """PyYAML's own reader with CloudFormation's tags, as `samcli.yamlhelper` has it."""


def intrinsic(loader: SamLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """Return the long form of a tag's short form."""
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


SamLoader.add_multi_constructor("!", intrinsic)


def read(text: str) -> Any:
    return yaml.load(text, SamLoader)


def test_both_readers_read_the_same() -> None:
    assert read(TEXT) == written_template()


def test_a_question_mark_without_quotes_is_refused() -> None:
    quoted = 'Default: "cron(15 3 * * ? *)"'
    assert quoted in TEXT
    with pytest.raises(yaml.YAMLError):
        read(TEXT.replace(quoted, quoted.replace('"', "")))


def test_tests_make_the_tables_that_are_deployed() -> None:
    tables = resources(load_template(), "AWS::DynamoDB::Table")
    made = created_tables()
    assert made.keys() == tables.keys()
    for logical_id, request in made.items():
        assert request.keys() >= {"BillingMode", "AttributeDefinitions", "KeySchema"}
        assert request == {name: tables[logical_id][name] for name in request}
        assert ("GlobalSecondaryIndexes" in request) == (
            "GlobalSecondaryIndexes" in tables[logical_id]
        )
