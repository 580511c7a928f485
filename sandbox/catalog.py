"""What the simulated shops sell: the same SKUs at every marketplace, some of them variations."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """`sku` is what is sold and shipped; `parent` the product it is a variation of, or itself."""

    sku: str
    parent: str
    name: str
    cents: int


def _variations(parent: str, name: str, cents: int, *kinds: str) -> list[Product]:
    return [Product(f"{parent}-{kind.upper()}", parent, f"{name} {kind}", cents) for kind in kinds]


PRODUCTS: tuple[Product, ...] = (
    *_variations("CAMISETA", "Camiseta básica de exemplo", 4990, "azul-P", "azul-M", "preta-M", "preta-G"),
    *_variations("TENIS", "Tênis de corrida fictício", 27990, "38", "40", "42"),
    *_variations("FONE", "Fone de ouvido imaginário", 15985, "branco", "preto"),
    Product("CAFETEIRA-01", "CAFETEIRA-01", "Cafeteira elétrica de teste", 18990),
    Product("PANELA-24", "PANELA-24", "Panela antiaderente 24 cm – amostra", 8950),
    Product("LUMINARIA-7", "LUMINARIA-7", "Luminária de mesa modelo 7", 12345),
    Product("MOCHILA-22L", "MOCHILA-22L", "Mochila 22 litros de exemplo", 14900),
    Product("GARRAFA-1L", "GARRAFA-1L", "Garrafa térmica 1 l", 6999),
    Product("CADERNO-A5", "CADERNO-A5", "Caderno A5 pautado (simulação)", 1985),
    Product("0071", "0071", "Chaveiro de amostra", 990),
)
BY_SKU = {product.sku: product for product in PRODUCTS}


def basket(*, dice: random.Random) -> list[tuple[Product, int]]:
    """One to three different products with a quantity each; mostly one of one."""
    lines = dice.choices((1, 2, 3), weights=(70, 22, 8))[0]
    return [(product, dice.choices((1, 2, 4), weights=(80, 15, 5))[0]) for product in dice.sample(PRODUCTS, lines)]
