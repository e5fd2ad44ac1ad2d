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

SIGNS = "0123456789.,-—/%+"
"""What a figure is written with."""
ALIKE = {"0": "OoQD〇○", "-": "－", "—": "一―–", "/": "／", ".": "．", ",": "，"}
"""Characters that look like a sign of a figure, and cannot stand in one."""

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
        self._alike = {
            self._characters.index(sign): [
                code for code, at in enumerate(self._characters) if at and at in sign + ALIKE.get(sign, "")
            ]
            for sign in SIGNS
        } | {0: [0]}

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

    def read(self, crop: Pixels) -> Reading:
        """What a crop of one line says; never read together with others, so that it depends on it alone."""
        steps, width = self._steps(crop)
        return self._decoded(steps, width)

    def read_figure(self, crop: Pixels) -> tuple[Reading, Reading]:
        """What a crop of one line says, and what it says if it is a figure.

        A ring that stands alone may be 0, O, o or 〇: nothing but the words around it tell them apart. In a
        figure it can only be 0, so what speaks for any of them speaks for it.
        """
        steps, width = self._steps(crop)
        figure = np.zeros_like(steps)
        for code, alike in self._alike.items():
            figure[:, code] = steps[:, alike].sum(axis=1)
        return self._decoded(steps, width), self._decoded(figure, width)

    def _steps(self, crop: Pixels) -> tuple[np.ndarray[Any, Any], float]:
        """Probabilities of each character at each step, and the share of the steps that the crop takes."""
        height, width = crop.shape
        if height < 2 or width < 2:
            return np.zeros((0, len(self._characters)), np.float32), 1.0
        wide = min(max(round(width * HEIGHT / height), 1), WIDEST)
        method = cv2.INTER_CUBIC if height < HEIGHT else cv2.INTER_AREA
        line = cv2.resize(crop, (wide, HEIGHT), interpolation=method)
        full = max(wide, NARROWEST)
        shaped = np.full((HEIGHT, full), 1.0, np.float32)
        shaped[:, :wide] = line.astype(np.float32) / 127.5 - 1.0
        steps = self._run(self._recogniser, np.repeat(shaped[None, None], 3, axis=1))[0]
        return steps, wide / full

    def _decoded(self, steps: np.ndarray[Any, Any], width: float) -> Reading:
        text: list[str] = []
        sure: list[float] = []
        places: list[float] = []
        before = 0
        best = steps.argmax(axis=1).tolist() if len(steps) else []
        for step, code in enumerate(best):
            likely = min(float(steps[step, code]), 1.0)
            if code and code != before:
                text.append(self._characters[code])
                sure.append(likely)
                places.append(min((step + 0.5) / len(best) / width, 1.0))
            elif code:
                sure[-1] = max(sure[-1], likely)
            before = code
        return Reading("".join(text), tuple(sure), tuple(places))

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
