"""What the control API can answer besides 200: each error has one status.

ControlError
├── Invalid    400  the request is wrong; the text names the field and the remedy
├── Missing    404  no such store, order or rule
└── Conflict   409  the marketplace would not do that to an order in its present state
"""


class ControlError(Exception):
    """Base of all three; the text is shown to the caller as it is."""

    status = 400


class Invalid(ControlError):
    """The request is wrong."""


class Missing(ControlError):
    """There is no such thing."""

    status = 404


class Conflict(ControlError):
    """It exists, but not in a state that allows this."""

    status = 409
