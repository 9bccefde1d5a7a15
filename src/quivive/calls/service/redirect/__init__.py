"""What does the service answer over SIP, as a redirect server (RFC 3261 §8.3) beside a border controller?"""

from quivive.calls.service.redirect.server import Server, listen

__all__ = ["Server", "listen"]
