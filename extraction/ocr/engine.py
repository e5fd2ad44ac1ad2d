"""The two networks: where text is, and what it says.

The models are those that the wheel of `rapidocr` carries. They are run here directly, because tables need
what its one call does not give: many small crops apart, the place and the probability of each character, one
thread, and never a download.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import onnxruntime

Pixels: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
"""A grey picture, rows first; 255 is white."""
PixelBox = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"

HEIGHT = 48
"""Rows of the recogniser's input."""
NARROWEST = 48
WIDEST = 2400
INKED = 0.3
"""Probability from which a pixel belongs to text."""
TEXT = 0.5
"""Mean probability from which a blot is text."""
UNCLIP = 1.6
"""The detector finds the core of a line; its box is this ratio of area by circumference wider."""
MAX_BOXES = 3_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says.

    Attributes:
        text: its characters.
        probabilities: of each.
        places: the middle of each, as a share of the width of the crop.
    """

    text: str
    probabilities: tuple[float, ...] = ()
    places: tuple[float, ...] = ()

    @property
    def least(self) -> float:
        """The probability of its most doubtful character; 0 for an empty text."""
        return min(self.probabilities, default=0.0)

    @property
    def mean(self) -> float:
        """The mean probability of its characters; 0 for an empty text."""
        return sum(self.probabilities) / len(self.probabilities) if self.probabilities else 0.0


class Engine:
    """Both networks, loaded."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("rapidocr")
        if spec is None or spec.origin is None:
            raise ImportError("rapidocr is not installed")
        models = Path(spec.origin).parent / "models"
        self._detector = _session(models / DETECTOR)
        self._recogniser = _session(models / RECOGNISER)
        named = self._recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *named, " "]
        self._allowed: dict[str, np.ndarray[Any, Any]] = {}

    def detect(self, image: Pixels) -> list[PixelBox]:
        """The boxes of lines of text."""
        height, width = image.shape
        size = (max(round(width / 32), 1) * 32, max(round(height / 32), 1) * 32)
        shaped = cv2.resize(image, size).astype(np.float32) / 127.5 - 1.0
        found = self._run(self._detector, np.repeat(shaped[None, None], 3, axis=1))[0, 0]
        blots = (found > INKED).astype(np.uint8)
        blots = cv2.dilate(blots, np.ones((2, 2), np.uint8))
        across, down = width / size[0], height / size[1]
        count, marks, stats, _ = cv2.connectedComponentsWithStats(blots, connectivity=8)
        boxes = []
        for index in range(1, min(count, MAX_BOXES)):
            x, y, w, h, _ = (int(value) for value in stats[index])
            inside = marks[y : y + h, x : x + w] == index
            if min(w, h) < 3 or float(found[y : y + h, x : x + w][inside].mean()) < TEXT:
                continue
            more = UNCLIP * w * h / (2 * (w + h))
            boxes.append(
                (
                    max(int((x - more) * across), 0),
                    max(int((y - more) * down), 0),
                    min(int((x + w + more) * across) + 1, width),
                    min(int((y + h + more) * down) + 1, height),
                )
            )
        return boxes

    def read(self, crop: Pixels, *, only: str | None = None) -> Reading:
        """What a crop of one line says.

        Args:
            crop: the line; never read together with others, so that its reading depends on it alone.
            only: the characters that may stand there.
        """
        height, width = crop.shape
        if height < 2 or width < 2:
            return Reading("")
        wide = min(max(round(width * HEIGHT / height), 1), WIDEST)
        method = cv2.INTER_CUBIC if height < HEIGHT else cv2.INTER_AREA
        line = cv2.resize(crop, (wide, HEIGHT), interpolation=method)
        full = max(wide, NARROWEST)
        shaped = np.full((HEIGHT, full), 1.0, np.float32)
        shaped[:, :wide] = line.astype(np.float32) / 127.5 - 1.0
        steps = self._run(self._recogniser, np.repeat(shaped[None, None], 3, axis=1))[0]
        if only is not None:
            allowed = self._codes(only)
            best = allowed[steps[:, allowed].argmax(axis=1)]
        else:
            best = steps.argmax(axis=1)
        text, sure, places = [], [], []
        before = 0
        for step, code in enumerate(best.tolist()):
            if code and code != before:
                text.append(self._characters[code])
                sure.append(float(steps[step, code]))
                places.append(min((step + 0.5) / len(best) * full / wide, 1.0))
            elif code:
                sure[-1] = max(sure[-1], float(steps[step, code]))
            before = code
        return Reading("".join(text), tuple(sure), tuple(places))

    def _codes(self, characters: str) -> np.ndarray[Any, Any]:
        if characters not in self._allowed:
            codes = [code for code, named in enumerate(self._characters) if named in characters or not code]
            self._allowed[characters] = np.array(codes)
        return self._allowed[characters]

    @staticmethod
    def _run(session: onnxruntime.InferenceSession, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        found: np.ndarray[Any, Any] = session.run(None, {session.get_inputs()[0].name: values})[0]
        return found


def _session(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread and no arena: the same sums in the same order, and memory given back after each page.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@cache
def engine() -> Engine:
    """The engine of this process, loaded at its first use."""
    cv2.setNumThreads(1)
    return Engine()
