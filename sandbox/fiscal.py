"""NF-e access keys to try with: formally right, and of no invoice that exists."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

ISSUER = "11222333000181"  #: a CNPJ with right check digits that stands in many examples


def access_key(at: datetime) -> str:
    """44 digits of an NF-e issued in São Paulo in the month of `at`."""
    month = at.astimezone(ZoneInfo("America/Sao_Paulo"))
    number, code = random.randrange(1, 10**9), random.randrange(10**8)
    first = f"35{month:%y%m}{ISSUER}55001{number:09d}1{code:08d}"
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(first)))
    return first + (str(11 - total % 11) if total % 11 > 1 else "0")
