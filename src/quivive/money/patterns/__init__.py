"""Which known shapes of laundering does money take? One file a shape; each says what it cannot tell apart."""
