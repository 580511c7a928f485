"""The table of moves as a document with a diagram (docs/statuses.md); `manage.py write_docs` writes it."""

from django.utils.translation import override

from orders.status import NEXT, RESERVING, Status
from orders.words import STATUS_WORDS

HEAD = """# Statuses

Written by `python manage.py write_docs` from `orders/status.py`; a test compares them.

A verb takes one step of this table. A channel may tell any status that lies ahead, however many steps; one that lies
behind changes nothing, and one that cannot follow asks for a person's attention.

```mermaid
stateDiagram-v2
    [*] --> NEW
"""


def document() -> str:
    """The text of docs/statuses.md."""
    moves = "".join(f"    {status} --> {target}\n" for status in Status for target in Status if target in NEXT[status])
    ends = "".join(f"    {status} --> [*]\n" for status in Status if not NEXT[status])
    return f"{HEAD}{moves}{ends}```\n\n{_table()}"


def _table() -> str:
    rows = ["| Status | On screen | In English | Reserves stock | May become |", "|---|---|---|---|---|"]
    for status in Status:
        with override("pt-br"):
            portuguese = str(STATUS_WORDS[status])
        with override("en"):
            english = str(STATUS_WORDS[status])
        targets = ", ".join(target for target in Status if target in NEXT[status]) or "–"
        rows.append(f"| {status} | {portuguese} | {english} | {'yes' if status in RESERVING else ''} | {targets} |")
    return "\n".join(rows) + "\n"
