"""Which division of China an agency belongs to: codes, names, history, and what an agency's name says.

Design
------

*The table* (`regions.txt`, built by `scripts/build_regions.py`, read on first use) has two
parts. `[divisions]`: one line a name at or above county level,
`code<TAB>name<TAB>from<TAB>to<TAB>mark`; years are blank where the name is older than the
reports or still in force; the mark `*` is a statistical zone. `[townships]`: one line a county,
`county<TAB>digits+name…`; a township's code is the county's and three digits, left out where it
follows its neighbour's; `+year` and `-year` are the first and last yearly list that has the
name; a `*` before the name is a farm, park or other area that is no township. Parents are
prefixes of codes.

*Resolving* reads a chain of names from the left (省, 市, 县, 乡镇), every reading at once, and keeps
the longest. What is left are the divisions that the name can mean. Context then takes away, and
never adds: the region of the site (`within`), other texts (`hints`), the year. One left is the
answer; several are candidates of an open question. A name that many share is never guessed.
`Resolution.how` says by which steps the answer came about.

*The region of an agency* is the division whose body it is: a county's bureau has the county, a
street's office the township. Villages, parks and zones are no divisions: they get the division
that contains them.

*Knowledge* about names is in `places.yaml` (zones, short names, peoples) and `agencies.yaml`
(kinds of agencies).
"""

from extraction.regions.agencies import AgencyKind, agency_kind
from extraction.regions.codes import CreditCode, SiteCode, from_credit_code, from_site_code
from extraction.regions.resolve import Resolution, resolve
from extraction.regions.table import Region, find

__all__ = [
    "AgencyKind",
    "CreditCode",
    "Region",
    "Resolution",
    "SiteCode",
    "agency_kind",
    "find",
    "from_credit_code",
    "from_site_code",
    "resolve",
]
