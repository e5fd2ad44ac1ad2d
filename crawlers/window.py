"""The hours in which sites may be asked, in the time of the sites: China has one, UTC+8 all year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "China")

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of every night, such as 23:00 to 06:30; it may span midnight.

    Attributes:
        begins: first moment inside, time of China.
        ends: first moment outside.
    """

    begins: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read ``HH:MM-HH:MM``.

        Raises:
            ValueError: it has another form, or begins when it ends.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no window; write HH:MM-HH:MM, time of China, such as 00:30-06:30")
        numbers = [int(part) for part in match.groups()]
        begins, ends = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
        if begins == ends:
            raise ValueError(f"{text!r} begins when it ends; leave the window out to ask at any time")
        return cls(begins, ends)

    def is_open(self, moment: datetime | None = None) -> bool:
        """Tell whether sites may be asked now, or at the moment given."""
        local = (moment or datetime.now(UTC)).astimezone(CHINA).time()
        if self.begins < self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends
