"""What the kinds of brokers need to be told: Redis or Valkey, and RabbitMQ."""

PATIENCE_SECONDS = 1


def is_redis(url: str) -> bool:
    """Redis or Valkey, by any of their schemes."""
    return url.startswith(("redis", "valkey"))


def transport_options(url: str) -> dict[str, int]:
    """Neither a broker that hangs nor a RabbitMQ short of memory, which stops reading, may hold a submission up."""
    names = ("socket_connect_timeout", "socket_timeout") if is_redis(url) else ("read_timeout", "write_timeout")
    return dict.fromkeys(names, PATIENCE_SECONDS)
