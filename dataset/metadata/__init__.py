"""What a release says of itself, each file for its readers.

Made from `schema.yaml`, the editions and `about.yaml`:

    about.py         who publishes what under which licence
    codebook.py      codebook.csv, codebook.md: every column and cell, in Chinese and English
    datapackage.py   datapackage.json, for frictionless and R
    croissant.py     croissant.json, for machine learning tools
    dcat.py          dcat.jsonld, for catalogues
    prov.py          prov.json, how the release came about
    card.py          README.md, CITATION.cff, LICENSE.txt, RELEASE_NOTES.md, index.html: for people

Nothing here has a clock: the moment is the release's own, so that the same release has the same bytes.
"""

from dataset.metadata.about import About, Facts, about
from dataset.metadata.write import write_metadata

__all__ = ["About", "Facts", "about", "write_metadata"]
