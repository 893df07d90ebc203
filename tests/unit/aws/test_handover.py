"""A run of the schedule hands over to another invocation of its own function."""

from typing import Any

from casino.aws.handover import LambdaHandover


class FakeLambda:
    def __init__(self) -> None:
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> None:
        self.invoked.append(request)


def test_the_next_run_is_started_and_not_waited_for() -> None:
    client = FakeLambda()
    LambdaHandover(lambda: client)("arn:aws:lambda:function:expire").again()
    (request,) = client.invoked
    assert request["FunctionName"] == "arn:aws:lambda:function:expire"
    assert request["InvocationType"] == "Event"


def test_no_client_is_made_as_long_as_nothing_is_handed_over() -> None:
    def never() -> Any:
        raise AssertionError

    LambdaHandover(never)("arn:aws:lambda:function:expire")
