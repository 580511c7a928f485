"""Logs: a line for people at a terminal, a JSON object for machines elsewhere; nothing secret or personal in either.

The project logs `area.event name=value …`: in JSON the names become fields. What a task works on (its id, account,
channel) stands in every line that is written meanwhile.
"""

import json
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from marketplaces.redact import MASK, is_private, masked

_FIELD = re.compile(r"""\s(\w+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s'"]\S*|(?=\s|$))""")
#: area.event at the beginning of a line of ours.
_OURS = re.compile(r"[a-z]+(\.[a-z_]+)+(?=\s|$)")


def as_json(setting: str) -> bool:
    """LOG_JSON is 1 or 0; empty, people at a terminal get lines and everybody else JSON."""
    return setting == "1" or (setting != "0" and not sys.stderr.isatty())


def configuration(*, json_lines: bool, level: str) -> dict[str, Any]:
    """For logging.config.dictConfig."""
    known: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [private, fields, _json] if json_lines else [private, _line]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": known,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            *last,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"despacho": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "despacho"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # httpx logs whole URLs at INFO, and some marketplaces sign them with tokens.
            **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "aiohttp")},
            # Every successful login, four times.
            "axes": {"level": "WARNING"},
            # Two lines for each task, every two seconds; what a task did is logged where it is done.
            **{name: {"level": "WARNING"} for name in ("celery.worker.strategy", "celery.app.trace")},
        },
    }


def fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """`push.done channel=shop sent=3`, masked by now, becomes an event with two fields."""
    text = str(event["event"])
    if ours := _OURS.match(text):
        found = {name: MASK if is_private(name) else value.strip("'\"") for name, value in _FIELD.findall(text)}
        rest = _FIELD.sub("", text[ours.end() :]).strip()
        event = {**found, **({"detail": rest} if rest else {}), **event, "event": ours[0]}
    return event


def private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Without secrets and personal data, in whatever field they stand."""
    return {name: masked(value, private=is_private(name)) for name, value in event.items()}


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    first = {name: event.pop(name, "") for name in ("timestamp", "level", "logger", "event")}
    return json.dumps({**first, **event}, ensure_ascii=False, default=str)


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    at, level, logger = event.pop("timestamp"), str(event.pop("level")).upper(), event.pop("logger")
    text, error = event.pop("event"), event.pop("exception", "")
    also = "".join(f" {name}={value}" for name, value in event.items())
    return f"{at[:23]} {level} {logger} {text}{also}" + (f"\n{error}" if error else "")
