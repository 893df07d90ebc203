"""RSA keys from a seed, so that a run can be repeated and no private key lies in the repository.

The primes come from a generator that is not cryptographic: these keys protect nothing.
"""

import random
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

E: Final = 65_537
_SMALL: Final = [n for n in range(3, 10_000) if all(n % d for d in range(2, int(n**0.5) + 1))]


@cache
def key(name: str) -> RSAPrivateKey:
    """Return the 2048-bit key of that name, the same in every run."""
    rng = random.Random(f"rsa/{name}")
    p, q = _prime(rng), _prime(rng)
    d = pow(E, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(E, p * q)
    dmp1, dmq1, iqmp = rsa_crt_dmp1(d, p), rsa_crt_dmq1(d, q), rsa_crt_iqmp(p, q)
    return RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, public).private_key()


@cache
def pem(name: str) -> str:
    """Return that key in PEM."""
    text = key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def _prime(rng: random.Random) -> int:
    while True:
        n = rng.getrandbits(1024) | (0b11 << 1022) | 1
        if all(n % small for small in _SMALL) and n % E != 1 and _probably_prime(n, rng):
            return n


def _probably_prime(n: int, rng: random.Random) -> bool:
    """Miller and Rabin's test: for a random number of this size, few rounds are enough."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(4):
        x = pow(rng.randrange(2, n - 1), odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
