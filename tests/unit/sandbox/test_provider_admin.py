"""A web page that the developer has open cannot command the simulated provider."""

import pytest

from testing.provider import provider


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Host": "127.0.0.1:8090"}, 204),
        ({"Host": "[::1]:8090"}, 204),
        ({"Origin": "http://provider.test"}, 204),
        ({"Host": "evil.test"}, 403),
        ({"Host": "127.0.0.1.evil.test:8090"}, 403),
        ({"Host": "["}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "http://provider.test:81"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_a14_the_admin_answers_its_own_host_and_origin_alone(
    headers: dict[str, str], status: int
) -> None:
    with provider() as there:
        answer = there.client.post("/admin/reset", headers=headers)
        assert answer.status_code == status
