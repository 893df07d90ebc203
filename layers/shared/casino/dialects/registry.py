"""Signature families by name.

A family is imported when somebody first asks for it: the hooks load their own family alone, and
none of them loads `cryptography`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

from casino.signing.scheme import Family

#: Name of a family, as an integration's record holds it → its module and class.
FAMILIES: Final[Mapping[str, tuple[str, str]]] = {
    "igsp": ("casino.dialects.igsp.signature", "IgspFamily"),
    "flexsoft": ("casino.dialects.flexsoft.signature", "FlexsoftFamily"),
    "invo": ("casino.dialects.invo.signature", "InvoFamily"),
    "igv-seller": ("casino.dialects.igv.seller_signature", "IgvSellerFamily"),
    "igv-merchant": ("casino.dialects.igv.merchant_signature", "IgvMerchantFamily"),
    "winupgo": ("casino.dialects.winupgo.signature", "WinupgoFamily"),
}

#: What an integration is whose pair we call a counterpart with, and which signs nothing.
ACCOUNTS: Final = ("igv-account", "invo-account")


@cache
def family(name: str) -> Family:
    """Return the signature family `name`; raises `LookupError` for an unknown one.

    `igv-merchant` raises `ImportError` without `cryptography`, which the layer does not hold.
    """
    try:
        module, class_name = FAMILIES[name]
    except KeyError:
        raise LookupError(f"unknown signature family {name!r}") from None
    found: Family = getattr(import_module(module), class_name)()
    return found
