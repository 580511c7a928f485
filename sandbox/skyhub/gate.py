"""The door of the API: credentials, headers, limit, body, in that order (protocol §1, §6)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.call import Call
from sandbox.form import content_type
from sandbox.skyhub.reply import Refused, Reply
from sandbox.skyhub.store import Store

PDF = "application/pdf"
JSON = "application/json"
MULTIPART = "multipart/form-data"
KEYS = (("X-User-Email", "email"), ("X-Api-Key", "api_key"), ("X-Accountmanager-Key", "accountmanager_key"))


@dataclass(frozen=True)
class Endpoint:
    """One method and path. `group` names its limit; every endpoint has a bucket of its own."""

    method: str
    path: str
    group: str
    handle: Callable[[Store, Call], Reply]
    accepts: tuple[str, ...] = (JSON,)
    takes: tuple[str, ...] = (JSON,)
    newer: bool = False  # answers errors in the newer shape


def admit(store: Store | None, call: Call, endpoint: Endpoint) -> Store:
    """The store that may make this call now. Raises Refused."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    if store is None:
        raise Refused(401, "Credenciais inválidas ou ausentes: X-Api-Key")
    _check_credentials(store, headers)
    if store.switches.strict_headers:
        _check_media(endpoint, headers)
    _check_limit(store, endpoint)
    return store


def read_body(store: Store, call: Call, endpoint: Endpoint) -> None:
    """Leave the JSON body in `call.document`; a multipart body stays as it is. Raises Refused."""
    if call.method == "GET":
        return
    if not call.body:
        if call.method == "DELETE":
            return
        raise Refused(400, f"O corpo da requisição é obrigatório em {call.method}")
    if MULTIPART in endpoint.takes and MULTIPART in content_type(call):
        return
    document = _parsed(_decoded(store, call.body))
    if not isinstance(document, dict):
        raise Refused(400, "O corpo da requisição deve ser um objeto JSON")
    call.document = document


def wants_pdf(call: Call) -> bool:
    return any(name.lower() == "accept" and PDF in value.lower() for name, value in call.headers.items())


def _check_credentials(store: Store, headers: Mapping[str, str]) -> None:
    for header, attribute in KEYS:
        if headers.get(header.lower()) != getattr(store, attribute):
            raise Refused(401, f"Credenciais inválidas ou ausentes: {header}")
    if store.switches.inactive:
        raise Refused(403, "Conta inativa")


def _check_media(endpoint: Endpoint, headers: Mapping[str, str]) -> None:
    accepted = headers.get("accept", "").lower()
    if not any(media in accepted for media in endpoint.accepts):
        raise Refused(406, f"Accept deve ser {' ou '.join(endpoint.accepts)}")
    sent = headers.get("content-type", "").lower()
    if not any(sent.startswith(media) for media in endpoint.takes):
        raise Refused(415, f"Content-Type deve ser {' ou '.join(endpoint.takes)}")


def _check_limit(store: Store, endpoint: Endpoint) -> None:
    per_second = store.switches.limits[endpoint.group] if store.switches.limits_on else 0
    bucket = (endpoint.method, endpoint.path)
    if not store.limits.allow(bucket, per_second=per_second, ticks=store.clock.ticks()):
        raise Refused(429, "Limite de requisições excedido")


def _decoded(store: Store, body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if store.switches.utf8_only:
            raise Refused(415, "O corpo da requisição deve estar em UTF-8") from error
        return body.decode("latin-1")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(400, "JSON inválido no corpo da requisição") from error
