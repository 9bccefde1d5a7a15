"""What can go wrong, and what to do next?

Error
├── UsageError          the call itself is wrong: fix the argument it names
│   ├── NotFound        no such file, detector, language or report
│   └── BadConfig       quivive.toml, a rule or a house list does not read
├── CouldNotLook        a check could not be made on this subject: the report says so and goes on
│   ├── Unreadable      the bytes are not what they claim to be, or are damaged
│   ├── TooLarge        a limit was reached: raise it and run again
│   ├── NotInstalled    an optional engine is missing: install what the sentence names
│   └── NotThere        the subject has nothing of the kind: that this was not checked is no gap
├── CouldNotKeep        what was accepted cannot be written down: make room, or give the right to write
└── BadReport           a report file that this version cannot read
"""

from __future__ import annotations


class Error(Exception):
    """Root of all errors that Quivive raises on purpose; the message is a sentence for the user."""


class UsageError(Error):
    """The call is wrong; the message names the argument and the way out."""


class NotFound(UsageError):
    """Something named by the user does not exist."""


class BadConfig(UsageError):
    """A configuration file, rule or list does not read; the message names file and place."""


class CouldNotLook(Error):
    """A detector could not examine its subject; becomes `Examination.skipped`, never a crash."""


class Unreadable(CouldNotLook):
    """The subject is damaged or is not what it claims to be."""


class TooLarge(CouldNotLook):
    """A limit on bytes, depth, number or seconds was reached."""


class NotInstalled(CouldNotLook):
    """An optional engine is missing; the message says what to install."""


class NotThere(CouldNotLook):
    """The subject has no part that this check is about, as a film without sound; nobody misses the check."""


class CouldNotKeep(Error):
    """A record could not be kept; nothing that depends on it is answered as accepted."""


class BadReport(Error):
    """A report that cannot be read back: another schema, or not a report."""
