"""FeedOrigin: what is added to PostgreSQL's transaction ids to make the feed's positions."""

from django.db import connection, models, transaction


class FeedOrigin(models.Model):
    """One row, or none: then nothing is added. A restored database would give positions anew that readers know
    already, and these would skip what stands there: so each restore begins far beyond all that was ever given.
    """

    #: More transactions than any cluster makes between a backup and its loss.
    LEAP = 10**12

    id = models.SmallIntegerField(primary_key=True, default=1)
    shift = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_origin_once")]

    def __str__(self) -> str:
        return f"+{self.shift}"

    @classmethod
    @transaction.atomic
    def leap(cls) -> int:
        """Begin anew beyond every position that was given; returns the shift. Nobody may write meanwhile."""
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE orders_orderevent IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT coalesce(max(xid), 0) FROM orders_orderevent")
            (last,) = cursor.fetchone()
            shift = int(last) + cls.LEAP
            cls.objects.update_or_create(pk=1, defaults={"shift": shift})
            # A default may not look into a table, and each event would pay for it.
            cursor.execute(
                "ALTER TABLE orders_orderevent ALTER COLUMN xid"
                f" SET DEFAULT pg_current_xact_id()::text::bigint + {shift:d}"
            )
        return shift
