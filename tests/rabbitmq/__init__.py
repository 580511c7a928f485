"""The other broker: RabbitMQ with quorum queues, where it is installed."""
