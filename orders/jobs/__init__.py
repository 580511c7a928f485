"""Work on many rows at once that outlives the request which asked for it.

A job is drafted with its rows, confirmed by a person, and worked on by whoever hears of it; each row's deed and result
are one transaction, so that a worker that is killed leaves every row either done or still to be done.
"""

from orders.jobs.engine import confirm, draft, due, forget_old, work
from orders.jobs.invoice_files import NAME as INVOICE_FILES
from orders.jobs.kinds import KINDS, Kind, NewRow, Result, register

__all__ = [
    "INVOICE_FILES",
    "KINDS",
    "Kind",
    "NewRow",
    "Result",
    "confirm",
    "draft",
    "due",
    "forget_old",
    "register",
    "work",
]
