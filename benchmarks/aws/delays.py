"""How long the delaying backend takes to answer: like AWS, and the same for every variant.

The medians are the delays that the budgets assume. `spread` ones are log-normal around them, as
wide as published measurements from Lambda functions: a put takes 7.6 ms at the median and 16 ms at
the 99th percentile, a transactional write of five items 25 and 92 ms. Reads and Secrets Manager
are spread like the put; nothing is published of Secrets Manager, and 5 ms is about a read.
`constant` delays are always the median.

The n-th call of an operation always takes as long: chance cannot favour a variant.
"""

import math
import random
from collections.abc import Iterator
from itertools import repeat
from typing import Final, Literal

type Delays = Literal["constant", "spread"]

MEDIANS_MS: Final = {
    "GetItem": 4.5,
    "Query": 4.5,
    "BatchGetItem": 5.0,
    "PutItem": 7.5,
    "UpdateItem": 7.5,
    "TransactWriteItems": 22.0,
    "GetSecretValue": 5.0,
}

#: The 99th percentile of a normal distribution, in standard deviations.
_P99_DEVIATIONS: Final = 2.3263


def delays_s(operation: str, kind: Delays) -> Iterator[float]:
    """Return the delays of the first, second, … call of an operation, in seconds, without end."""
    median_s = MEDIANS_MS[operation] / 1000
    return repeat(median_s) if kind == "constant" else _spread(operation, median_s)


def _spread(operation: str, median_s: float) -> Iterator[float]:
    sigma = math.log(92 / 25 if operation == "TransactWriteItems" else 16 / 7.6) / _P99_DEVIATIONS
    chance = random.Random(operation)  # noqa: S311 - repeatable, no secret
    while True:
        yield chance.lognormvariate(math.log(median_s), sigma)
