"""Every verb that has a button, in the order in which an order lives."""

from orders.admin.arranging_form import ArrangeShippingForm, ReplaceInvoiceForm
from orders.admin.correct_form import CorrectShipmentForm
from orders.admin.unit_forms import CancelForm, ReceiveReturnForm, ShipForm
from orders.admin.verb_forms import (
    AnswerCancelRequestForm,
    DeliverForm,
    FailDeliveryForm,
    InvoiceForm,
    StartReturnForm,
    VerbForm,
)

FORMS: dict[str, type[VerbForm]] = {
    form.name: form
    for form in (
        AnswerCancelRequestForm,
        InvoiceForm,
        ReplaceInvoiceForm,
        ArrangeShippingForm,
        ShipForm,
        CorrectShipmentForm,
        DeliverForm,
        FailDeliveryForm,
        StartReturnForm,
        ReceiveReturnForm,
        CancelForm,
    )
}
