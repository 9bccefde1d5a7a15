"""May a learned score of 'made by a machine' be shown for pictures?

None ships (docs/decisions/0014-no-learned-picture-score.md). `contract` says what a model must take and give,
`views` what is done to a picture before it is asked, `measure` what it is worth on collections it has not
seen, `card` what it must reach. docs/guides/models.md says the same for people.
"""

from __future__ import annotations
