"""May a certificate be fetched from the address that a call names (x5u, RFC 8224 §4), and how?

The address is chosen by whoever signed the call, so fetching it is a request made on a stranger's behalf:
every limit here is a line of defence of the desk's own network (server-side request forgery) and clock.
"""

from quivive.calls.x5u.cache import Cache
from quivive.calls.x5u.fetching import Answer, Refused, fetch
from quivive.calls.x5u.policy import Policy, public, refusal

__all__ = ["Answer", "Cache", "Policy", "Refused", "fetch", "public", "refusal"]
