"""The API's addresses, below /api/v1/."""

from django.urls import path

from orders.api import documents, options, reading, recording, stocktaking

urlpatterns = [
    path("orders", reading.OrderListView.as_view(), name="api-orders"),
    path("orders/<str:order_id>", reading.OrderView.as_view(), name="api-order"),
    path("orders/<str:order_id>/invoice", recording.InvoiceView.as_view(), name="api-invoice"),
    path("orders/<str:order_id>/shipments", recording.ShipmentListView.as_view(), name="api-shipments"),
    path("orders/<str:order_id>/delivery", recording.DeliveryView.as_view(), name="api-delivery"),
    path("orders/<str:order_id>/delivery-failure", recording.DeliveryFailureView.as_view(), name="api-failure"),
    path("orders/<str:order_id>/cancellation", recording.CancellationView.as_view(), name="api-cancellation"),
    path(
        "orders/<str:order_id>/cancellation-request/answer",
        recording.CancellationAnswerView.as_view(),
        name="api-cancellation-answer",
    ),
    path("orders/<str:order_id>/arrange-shipping", recording.ArrangementView.as_view(), name="api-arrangement"),
    path("orders/<str:order_id>/shipping-options", options.ShippingOptionsView.as_view(), name="api-shipping-options"),
    path("orders/<str:order_id>/documents", documents.DocumentListView.as_view(), name="api-documents"),
    path("orders/<str:order_id>/documents/<str:name>", documents.DocumentView.as_view(), name="api-document"),
    path("stock", stocktaking.StockListView.as_view(), name="api-stock-list"),
    path("stock/<path:sku>", stocktaking.StockView.as_view(), name="api-stock"),
    path("stock-adjustments", stocktaking.StockAdjustmentView.as_view(), name="api-stock-adjustments"),
    path("channels", reading.ChannelListView.as_view(), name="api-channels"),
    path("changes", reading.ChangeListView.as_view(), name="api-changes"),
]
