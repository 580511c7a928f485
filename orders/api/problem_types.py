"""Every way the API refuses, as data: the `type` of a problem is the address of its page, and never changes."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAGES = "/api/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    slug: str
    status: int  #: of HTTP
    title: str | Promise
    remedy: str | Promise  #: what the caller should do, shown on the problem's page

    @property
    def uri(self) -> str:
        return PAGES + self.slug


PROBLEM_TYPES = {
    problem.slug: problem
    for problem in (
        ProblemType(
            "bad-request",
            400,
            _("The request cannot be understood"),
            _("Check the address and the headers, the Host header first."),
        ),
        ProblemType(
            "malformed-json",
            400,
            _("The body is not JSON"),
            _("Send one JSON object in UTF-8. “detail” says where reading stopped."),
        ),
        ProblemType(
            "idempotency-key-missing",
            400,
            _("This request needs an Idempotency-Key"),
            _("Send the header “Idempotency-Key” with a text that is new for each change, such as a UUID."),
        ),
        ProblemType(
            "idempotency-key-invalid",
            400,
            _("The Idempotency-Key cannot be read"),
            _("Send 1 to 255 visible ASCII characters, such as a UUID."),
        ),
        ProblemType(
            "key-missing",
            401,
            _("No API key was sent"),
            _("Send the header “Authorization: Bearer dsp_…” with a key from the back office."),
        ),
        ProblemType(
            "key-unknown",
            401,
            _("The API key is not known"),
            _("Check that the whole key was copied, or create another one in the back office."),
        ),
        ProblemType(
            "key-expired",
            401,
            _("The API key has expired"),
            _("Create another key in the back office, or give this one a later date."),
        ),
        ProblemType(
            "key-revoked",
            401,
            _("The API key was revoked"),
            _("Create another key in the back office."),
        ),
        ProblemType(
            "missing-scope",
            403,
            _("The API key may not do this"),
            _("Give the key the scope that “detail” names, or use another key."),
        ),
        ProblemType(
            "address-not-allowed",
            403,
            _("The API key may not be used from here"),
            _("Add the address to the key in the back office, or call from one that is listed there."),
        ),
        ProblemType(
            "not-found",
            404,
            _("There is nothing at this address"),
            _("Orders are addressed by the “id” that lists and the change feed show. No address ends with a slash."),
        ),
        ProblemType(
            "method-not-allowed",
            405,
            _("This address does not know the method"),
            _("The header “Allow” says which methods it knows."),
        ),
        ProblemType(
            "not-acceptable",
            406,
            _("The answer is only available as JSON"),
            _("Send “Accept: application/json”, or no Accept header."),
        ),
        ProblemType(
            "not-allowed",
            409,
            _("The order is not where this can be done"),
            _("“order” shows where the order is now. Repeating the request does not help before that changes."),
        ),
        ProblemType(
            "contradiction",
            409,
            _("Another fact is recorded in its place"),
            _("“order” shows what is recorded. Correct your side, or ask the back office."),
        ),
        ProblemType(
            "idempotency-key-running",
            409,
            _("The same request is still being worked on"),
            _("Repeat it after the seconds of the header “Retry-After”: it will answer what the first one did."),
        ),
        ProblemType(
            "precondition-failed",
            412,
            _("The order has changed since you read it"),
            _("“order” shows it as it is now. Decide again, and send its “version” as If-Match."),
        ),
        ProblemType(
            "body-too-large",
            413,
            _("The body is too large"),
            _("A body may have 1 MB."),
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            _("The body must be JSON"),
            _("Send “Content-Type: application/json”."),
        ),
        ProblemType(
            "invalid",
            422,
            _("Some of the data is wrong"),
            _("“errors” names each field (as a JSON pointer) or parameter, with what to correct."),
        ),
        ProblemType(
            "idempotency-key-reused",
            422,
            _("The Idempotency-Key belongs to another request"),
            _("Take a new key for each change, and the same one only to repeat exactly the same request."),
        ),
        ProblemType(
            "too-many-requests",
            429,
            _("Too many requests"),
            _("Wait as long as the header “Retry-After” says, then repeat the same request."),
        ),
        ProblemType(
            "channel-unavailable",
            503,
            _("The channel does not answer"),
            _("Ask again after the seconds of the header “Retry-After”, or leave it to the account's rule."),
        ),
        ProblemType(
            "internal-error",
            500,
            _("Something went wrong on our side"),
            _("Repeat the same request later: a fact that was already recorded is not recorded twice."),
        ),
    )
}

#: What stands for a status when nothing more precise is known.
BY_STATUS = {problem.status: problem for problem in reversed(PROBLEM_TYPES.values())}
