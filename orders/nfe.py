"""The NF-e access key (*chave de acesso*): 44 characters that identify a Brazilian invoice.

Layout (Manual de Orientação do Contribuinte, MOC 7.0): UF 2, year and month 4, issuer CNPJ 14, model 2,
series 3, number 9, emission type 1, numeric code 8, check digit 1. Since the alphanumeric CNPJ (Nota Técnica
2025.001) the issuer's twelve root characters may be A-Z; for the check digit every character counts as its
ASCII code minus 48.
"""

from dataclasses import dataclass

UFS = {
    "11": "RO", "12": "AC", "13": "AM", "14": "RR", "15": "PA", "16": "AP", "17": "TO", "21": "MA", "22": "PI",
    "23": "CE", "24": "RN", "25": "PB", "26": "PE", "27": "AL", "28": "SE", "29": "BA", "31": "MG", "32": "ES",
    "33": "RJ", "35": "SP", "41": "PR", "42": "SC", "43": "RS", "50": "MS", "51": "MT", "52": "GO", "53": "DF",
}  # fmt: skip
LENGTH = 44
MODEL_NFE = "55"


class AccessKeyError(ValueError):
    """The text is no access key. `code` says why: length, characters, check_digit, uf, month, model."""

    def __init__(self, code: str, **context: object) -> None:
        super().__init__(code)
        self.code = code
        self.context = context


@dataclass(frozen=True, slots=True)
class AccessKey:
    text: str

    @property
    def uf(self) -> str:
        return UFS[self.text[0:2]]

    @property
    def year(self) -> int:
        return 2000 + int(self.text[2:4])

    @property
    def month(self) -> int:
        return int(self.text[4:6])

    @property
    def issuer(self) -> str:
        """CNPJ of who issued it."""
        return self.text[6:20]

    @property
    def series(self) -> str:
        return str(int(self.text[22:25]))

    @property
    def number(self) -> str:
        return str(int(self.text[25:34]))

    def __str__(self) -> str:
        return self.text


def check_digit(first_43: str) -> str:
    """Modulo 11 with weights 2..9 from the right; a remainder of 0 or 1 gives 0."""
    total = sum((ord(c) - 48) * (2 + i % 8) for i, c in enumerate(reversed(first_43)))
    return str(11 - total % 11) if total % 11 > 1 else "0"


def parse(text: str) -> AccessKey:
    """Read an access key as typed, scanned or pasted; blanks, dots and dashes are ignored.

    Raises AccessKeyError with the first thing that is wrong.
    """
    key = "".join(c for c in text.strip().upper().removeprefix("NFE") if c not in " .-/\t\r\n")
    if len(key) != LENGTH:
        raise AccessKeyError("length", found=len(key))
    digits, issuer = key[:6] + key[18:], key[6:18]
    if not (digits.isascii() and digits.isdigit() and issuer.isascii() and issuer.isalnum()):
        raise AccessKeyError("characters")
    if key[-1] != check_digit(key[:-1]):
        raise AccessKeyError("check_digit")
    if key[:2] not in UFS:
        raise AccessKeyError("uf", found=key[:2])
    if not 1 <= int(key[4:6]) <= 12:
        raise AccessKeyError("month", found=key[4:6])
    if key[20:22] != MODEL_NFE:
        raise AccessKeyError("model", found=key[20:22])
    return AccessKey(key)
