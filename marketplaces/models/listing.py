"""Listing: under which numbers of the marketplace an account sells a SKU."""

from django.db import models

from marketplaces.models.account import Account


class Listing(models.Model):
    """What catalog.py read; the marketplace is the truth, and it may be read again any time."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="listings", db_index=False)
    sku = models.CharField(max_length=100)
    product = models.CharField(max_length=40)  #: the marketplace's number of what is read as a whole
    reference = models.CharField(max_length=80)  #: of the very thing whose stock is told, in the connector's words

    class Meta:
        constraints = [models.UniqueConstraint("account", "reference", name="listing_once_per_account")]
        indexes = [
            models.Index("account", "sku", name="listing_sku"),
            models.Index("account", "product", name="listing_product"),
        ]

    def __str__(self) -> str:
        return f"{self.sku}: {self.reference}"
