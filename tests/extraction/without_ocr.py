"""What workers of the fuzz run call: by this name their extractor's id may differ from ours.

They have text recognition switched off (`GONGKAI_OCR`), so it does.
"""

from extraction import EXTRACTOR, extract

__all__ = ["EXTRACTOR", "extract"]
