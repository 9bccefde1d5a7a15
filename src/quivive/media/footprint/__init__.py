"""How much energy and water did a generated clip take, about? For awareness material; never a finding."""
