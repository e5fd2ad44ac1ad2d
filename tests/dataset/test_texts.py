import hashlib
import json
import re
from array import array

from hypothesis import given
from hypothesis import strategies as st

from dataset.texts import content_hash, repeated, sentences, text_length

TEXT = st.text(st.sampled_from("本年度共收到申请12３4.,，。；;！!？?\n \u3000\t"), max_size=80)
FIGURES = st.one_of(st.none(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))


@given(st.dictionaries(st.sampled_from(["new", "granted"]), FIGURES))
def test_the_hash_of_the_content_is_of_the_figures_as_json_has_them(figures) -> None:
    tables = {"requests": {"row": figures}}
    parts = (
        '["报告",null,2021]',
        "[]",
        json.dumps(tables, separators=(",", ":")),
        '[["overview","本年度"]]',
    )
    record = {
        "report": {"title": "报告", "year": 2021},
        "tables": tables,
        "sections": [{"key": "overview", "text": "本\u3000年 度\n"}],
    }
    assert content_hash(record) == hashlib.sha256(f"[{','.join(parts)}]".encode()).hexdigest()


@given(st.lists(TEXT, max_size=3))
def test_sentences_are_those_between_their_ends_without_space_and_with_any_figure(texts) -> None:
    found = array("Q", sentences({"sections": [{"text": text} for text in texts]}))
    parts = [re.sub(r"\s+", "", part) for text in texts for part in re.split(r"[。；;！!？?\n]+", text)]
    whole = [re.sub(r"[0-9０-９]+(?:[.,，．][0-9０-９]+)*", "0", part) for part in parts]
    assert [number & 0xFFFF for number in found] == [len(one) for one in whole if len(one) >= 10]
    assert len(set(found)) == len({one for one in whole if len(one) >= 10})


def test_white_space_is_no_length() -> None:
    assert text_length({"sections": [{"text": "本 年\u3000度\n"}, {"text": "共"}]}) == 4


def test_last_years_sentence_with_this_years_number_is_a_repetition() -> None:
    def said(text: str) -> bytes:
        return sentences({"sections": [{"text": text}]})

    before = said("全年共收到公开申请1,204件。另有一句完全不同的话在此。")
    assert repeated(said("全年共收到公开申请35件。"), before) == 1.0
    assert repeated(b"", before) is None
