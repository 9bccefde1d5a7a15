"""May this be frozen, and how is that asked for? A request to an exchange or a stablecoin issuer."""
