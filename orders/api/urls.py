"""The API's addresses, below /api/v1/."""

from django.urls import path

from orders.api import reading, recording

urlpatterns = [
    path("orders", reading.OrderListView.as_view(), name="api-orders"),
    path("orders/<str:order_id>", reading.OrderView.as_view(), name="api-order"),
    path("orders/<str:order_id>/invoice", recording.InvoiceView.as_view(), name="api-invoice"),
    path("orders/<str:order_id>/shipments", recording.ShipmentListView.as_view(), name="api-shipments"),
    path("orders/<str:order_id>/delivery", recording.DeliveryView.as_view(), name="api-delivery"),
    path("orders/<str:order_id>/delivery-failure", recording.DeliveryFailureView.as_view(), name="api-failure"),
    path("orders/<str:order_id>/cancellation", recording.CancellationView.as_view(), name="api-cancellation"),
    path("channels", reading.ChannelListView.as_view(), name="api-channels"),
    path("changes", reading.ChangeListView.as_view(), name="api-changes"),
]
