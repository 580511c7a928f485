"""Buyers nobody could take for a real person: made-up names, example.com mail, CPFs from 000.0xx.xxx-xx."""

import random
from dataclasses import dataclass

_FIRST = (
    "Fulana", "Beltrano", "Sicrana", "Fulano", "Beltrana", "Sicrano", "Cliente", "Compradora", "Comprador",
)  # fmt: skip
_LAST = (
    "de Exemplo", "da Amostra", "Fictício", "do Teste", "Imaginária", "Modelo", "de Mentira", "da Simulação",
    "Hipotético", "Conceição Exemplar", "D'Ávila Fictícia", "São João de Teste",
)  # fmt: skip
_STREETS = (
    "Rua dos Exemplos", "Avenida das Amostras", "Travessa do Teste", "Alameda Fictícia", "Praça da Simulação",
    "Rua Padre Modelo", "Estrada do Faz de Conta",
)  # fmt: skip
_PLACES = (
    ("São Paulo", "SP", "01", "Vila Exemplo"), ("Rio de Janeiro", "RJ", "20", "Jardim Amostra"),
    ("Belo Horizonte", "MG", "30", "Bairro Fictício"), ("Salvador", "BA", "40", "Alto do Teste"),
    ("Curitiba", "PR", "80", "Centro"), ("Porto Alegre", "RS", "90", "Parque Modelo"),
    ("Recife", "PE", "50", "Boa Simulação"), ("Goiânia", "GO", "74", "Setor Exemplo"),
    ("Florianópolis", "SC", "88", "Praia Imaginária"), ("Belém", "PA", "66", "Cidade Amostra"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Person:
    """A buyer and where they live. All numbers are strings, as they are written on paper."""

    name: str
    email: str
    cpf: str
    phone: str
    gender: str
    born: str
    street: str
    number: str
    complement: str
    reference: str
    neighborhood: str
    city: str
    region: str
    postcode: str


def invent(*, dice: random.Random) -> Person:
    number = dice.randrange(100_000)
    city, region, prefix, neighborhood = dice.choice(_PLACES)
    return Person(
        name=f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
        email=f"comprador{number:05}@example.com",
        cpf=cpf(number),
        phone=f"{dice.choice(('11', '21', '31', '41', '51', '71'))} 90000-{number % 10_000:04}",
        gender=dice.choice(("male", "female", "")),
        born=f"{dice.randrange(1950, 2004)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
        street=dice.choice(_STREETS),
        number=dice.choice(("01", str(dice.randrange(2, 3000)))),
        complement=dice.choice(("", "Apto 42", "Casa 2", "Bloco B")),
        reference=dice.choice(("", "Ao lado da padaria", "Perto da praça")),
        neighborhood=neighborhood,
        city=city,
        region=region,
        postcode=f"{prefix}{number % 1000:03}000",
    )


def cpf(number: int) -> str:
    """The CPF with valid check digits in the synthetic range 000000000 to 000099999."""
    digits = [int(digit) for digit in f"{number:09}"]
    for _ in range(2):
        weights = range(len(digits) + 1, 1, -1)
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) * 10 % 11
        digits.append(rest % 10)
    return "".join(map(str, digits))
