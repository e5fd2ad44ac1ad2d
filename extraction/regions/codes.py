"""Codes that carry a region: a body's unified social credit code, a government website's identifier."""

import re
from dataclasses import dataclass

from extraction.regions.table import NATION, Region, find, registered

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The digits of GB 32100: no I, O, S, V, Z."""

CREDIT_CODE = re.compile(rf"[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{10}}")
KINDS = {
    "11": "state_organ",
    "12": "public_institution",
    "13": "mass_organisation",
    "19": "other_organisation",
    "A1": "other_organisation",
}


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A unified social credit code (GB 32100), 18 characters.

    `valid` is true where the last character agrees with the others. `region` is None where it does not, or
    where the tables have no such code (兵团 registers under 66, the central offices under 10 and 00).
    """

    code: str
    region_code: str
    organisation: str
    kind: str
    valid: bool
    region: Region | None


@dataclass(frozen=True, slots=True)
class SiteCode:
    """A government website's identifier (网站标识码), ten characters: region or `bm`, and a serial."""

    code: str
    region_code: str
    central: bool
    region: Region | None


def credit_check(code: str) -> str:
    """Return the check character of the first 17 characters (GB 32100: weights 3^i modulo 31)."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return ALPHABET[-total % 31]


def from_credit_code(text: str) -> CreditCode | None:
    """Read a credit code, also at the head of an index number (113404…/2021-00426); None without one."""
    found = CREDIT_CODE.match(text.strip().upper())
    rest = text.strip()[18:19]
    if found is None or (rest.isascii() and rest.isalnum()):
        return None
    code = found[0]
    valid = credit_check(code) == code[17]
    region = registered(code[2:8]) if valid else None
    return CreditCode(code, code[2:8], code[8:17], KINDS.get(code[:2], "other"), valid, region)


def from_site_code(text: str) -> SiteCode | None:
    """Read a website's identifier; without a check digit, an unknown region is the only sign of an error."""
    code = text.strip()
    if re.fullmatch(r"bm\d{8}", code, re.IGNORECASE):
        return SiteCode(code.lower(), NATION, central=True, region=find(NATION))
    if re.fullmatch(r"\d{10}", code):
        return SiteCode(code, code[:6], central=False, region=registered(code[:6]))
    return None
