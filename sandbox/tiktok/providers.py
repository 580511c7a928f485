"""Carriers that a seller may name; their numbers are made up."""

from sandbox.tiktok.reply import Refused

PROVIDERS = {
    "6841743441349706241": "Correios",
    "6841743441349706242": "Jadlog",
    "6841743441349706243": "Loggi",
    "6841743441349706244": "Total Express",
}


def provider_name(number: str) -> str:
    if number not in PROVIDERS:
        raise Refused(21011018, "The shipping_provider_id is invalid.")
    return PROVIDERS[number]
