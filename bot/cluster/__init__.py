"""Many workers on this machine: PostgreSQL, Redis, nginx and `roi serve` several times."""
