"""What `doctor` looks at beyond Redis: whether RabbitMQ answers, and whether each queue has a listener."""

from config import brokers
from config.celery import app
from marketplaces.queues import all_queues


def rabbit_problem(url: str, *, seconds: float) -> str:
    """Why it cannot be used; "" when it answers, or there is none."""
    if not brokers.is_rabbit(url):
        return ""
    try:
        with app.connection_for_read(url, connect_timeout=seconds) as connection:
            connection.connect()
    except Exception as error:  # whatever kombu and amqp raise is told in their words
        return str(error) or type(error).__name__
    return ""


def unheard_queues(*, seconds: float) -> list[str]:
    """Queues of ours to which no worker listens; none when no worker answers, or no broker."""
    try:
        answers = app.control.inspect(timeout=seconds).active_queues() or {}
    except app.connection_for_read().recoverable_connection_errors:
        return []
    heard = {queue["name"] for queues in answers.values() for queue in queues}
    return sorted(set(all_queues()) - heard) if heard else []
