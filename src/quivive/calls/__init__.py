"""Who really called? STIR identities, captures, STI certificates and country rules."""
