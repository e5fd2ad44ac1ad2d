"""Prose of the six sections, with every heading variant and numbers that try to be taken for figures."""

# ruff: noqa: E501, ISC004 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.corpus.figures import FULL_WIDTH, Figures
from tests.corpus.identities import Identity

SECTIONS = ("overview", "proactive", "requests", "review_litigation", "problems", "other")
HEADINGS: dict[str, list[str]] = {
    "overview": ["总体情况", "总体情况", "总体情况", "概述", "工作总体情况"],
    "proactive": [
        "主动公开政府信息情况",
        "主动公开政府信息情况",
        "行政机关主动公开政府信息情况",
        "主动公开政府信息的情况",
    ],
    "requests": [
        "收到和处理政府信息公开申请情况",
        "收到和处理政府信息公开申请情况",
        "政府信息依申请公开办理情况",
        "行政机关收到和处理政府信息公开申请情况",
    ],
    "review_litigation": [
        "政府信息公开行政复议、行政诉讼情况",
        "政府信息公开行政复议、行政诉讼情况",
        "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "政府信息公开行政复议和行政诉讼情况",
    ],
    "problems": [
        "存在的主要问题及改进情况",
        "存在的主要问题及改进情况",
        "政府信息公开工作存在的主要问题及改进措施",
        "存在问题及改进情况",
    ],
    "other": ["其他需要报告的事项", "其他需要报告的事项", "需要报告的其他事项"],
}
CHINESE = "一二三四五六"


def headings(rng: random.Random, style: str) -> dict[str, str]:
    """The heading line of each section in one numbering style."""
    out: dict[str, str] = {}
    for number, key in enumerate(SECTIONS):
        text = rng.choice(HEADINGS[key])
        chinese = CHINESE[number]
        if style == "arabic":
            out[key] = f"{number + 1}、 {text}"
        elif style == "bare":
            out[key] = text
        elif style == "mixed":
            out[key] = rng.choice([f"{chinese}、{text}", f"{number + 1}、{text}", text, f"{chinese}.{text}"])
        elif style == "spaced":
            out[key] = f"  {chinese}、 {text}"
        elif style == "all_one":
            out[key] = f"一、{text}" if key in {"overview", "problems"} else f"{chinese}、{text}"
        else:
            out[key] = f"{chinese}、{text}"
    return out


@dataclass
class Stated:
    """What the text states: key and value of each figure, and those of other years."""

    own: list[tuple[str, int]] = field(default_factory=list)
    others: list[tuple[str, int, int]] = field(default_factory=list)


def overview(
    rng: random.Random, who: Identity, figures: Figures, honest: bool, stated: Stated | None = None
) -> list[str]:
    """Section one: sub-heads and sentences that state figures of the tables (rightly, when honest)."""
    stated = stated if stated is not None else Stated()
    me, year = who.self_name, who.year
    received = figures.get("requests.new.total", 0)
    carried = figures.get("requests.carried_in.total", 0)
    done = figures.get("requests.total.total", 0)
    lines = [
        f"{year}年，{me}坚持以习近平新时代中国特色社会主义思想为指导，认真贯彻落实《中华人民共和国政府信息公开条例》"
        f"（国务院令第711号），扎实推进政府信息公开工作。本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。"
    ]
    sites = rng.randint(20, 2400)
    wechat = rng.randint(5, 900)
    stated.own += [("website_items", sites), ("wechat_items", wechat)]
    blocks = [
        (
            "主动公开",
            f"全年通过政府门户网站主动公开政府信息{sites}条，微信公众号发布信息{wechat}条，其中行政许可{rng.randint(1, 999)}件、"
            f"行政处罚{rng.randint(1, 99)}件，较{year - 1}年增长{rng.randint(2, 60)}.{rng.randint(0, 9)}%。",
        ),
        (
            "依申请公开",
            f"{year}年共收到政府信息公开申请{received}件，上年结转{carried}件，本年度办理答复{done}件。"
            if honest and (received or rng.random() < 0.5)
            else f"本年度{me}依法办理依申请公开事项，答复率100%。",
        ),
        (
            "政府信息管理",
            f"制定《{year}年政务公开工作要点》，修订目录{rng.randint(1, 9)}项，清理规范性文件{rng.randint(1, 40)}件"
            f"（废止{rng.randint(1, 9)}件、现行有效{rng.randint(10, 90)}件）。",
        ),
        (
            "政府信息公开平台建设",
            f"设置政府信息公开查阅点{_told(stated, 'reading_points', rng.randint(1, 6))}个，接待群众{rng.randint(10, 800)}人次，12345热线办理{rng.randint(10, 4000)}件。",
        ),
        (
            "监督保障",
            f"召开专题会议{rng.randint(1, 6)}次，开展培训{_told(stated, 'trainings', rng.randint(1, 9))}次，"
            f"培训{_told(stated, 'trainees', rng.randint(20, 600))}人次。",
        ),
    ]
    if "上年结转" in blocks[1][1]:
        stated.own += [
            ("requests_received", int(received)),
            ("requests_carried_in", int(carried)),
            ("requests_closed", int(done)),
        ]
    style = rng.choice(["（{c}）{t}", "({c}){t}", "{n}.{t}情况：", "{n}、{t}", "（{c}）{t}情况。"])
    for number, (head, text) in enumerate(blocks):
        mark = style.format(c=CHINESE[number], n=number + 1, t=head)
        joint = "" if mark.endswith(("。", "：")) else rng.choice(["。", "。", " ", "："])
        lines += [mark + joint + text] if rng.random() < 0.5 else [mark, text]
    return lines


def problems(rng: random.Random, who: Identity) -> list[str]:
    return [
        f"{who.year}年，{who.self_name}政府信息公开工作取得一定成效，但仍存在以下问题：一是主动公开的内容不够全面；"
        "二是政策解读形式有待丰富；三是工作人员业务能力有待提高。",
        f"{who.year + 1}年，{who.self_name}将从以下{rng.randint(2, 4)}个方面改进：1.加强学习培训，全年不少于{rng.randint(2, 8)}次；"
        f"2.拓宽公开渠道；3.完善{who.year - 1}年建立的考核机制。",
    ]


def _told(stated: Stated, key: str, value: int) -> int:
    stated.own.append((key, value))
    return value


def _number(rng: random.Random, value: int) -> str:
    """A number as agencies write it."""
    form = rng.choice(["{}", "{}", "{}", "{:,}", " {} ", "{} ", "wide", "han"])
    if form == "wide":
        return str(value).translate(FULL_WIDTH)
    if form == "han" and value <= 10:
        return "零一二三四五六七八九十"[value]
    return (form if form != "han" else "{}").format(value)


def statements(who: Identity, figures: Figures, stated: Stated, varied: bool) -> list[str]:
    """Sentences that state figures in many wordings, among sentences whose figures are other things.

    Drawn reports have them; they are drawn apart, so that the committed ones stay as they are.
    """
    if not varied:
        return []
    rng = random.Random(f"{who.agency} {who.year} {figures.get('requests.new.total')}")

    def of(key: str) -> int:
        return int(figures.get(key, 0))

    def say(key: str, value: int) -> str:
        stated.own.append((key, value))
        return _number(rng, value)

    me, year, last = who.self_name, who.year, who.year - 1
    received, closed = of("requests.new.total"), of("requests.total.total")
    some = rng.randint(2, 400)
    out: list[str] = []
    draw = rng.randrange(5)
    if draw == 0:
        out.append(
            f"{year}年，{me}共收到政府信息公开申请{say('requests_received', received)}件，较{last}年增加{some}件，增长12.5%。"
        )
    elif draw == 1:
        out.append(
            f"本年度新收政府信息公开申请{say('requests_received', received)}件，办结{say('requests_closed', closed)}件。"
        )
    elif draw == 2:
        out.append(
            f"与{last}年相比，收到依申请公开申请{say('requests_received', received)}件，按时办结率100%。"
        )
    elif draw == 3:
        stated.others.append(("requests_received", last, some))
        out.append(
            f"{last}年收到政府信息公开申请{some}件，{year}年收到政府信息公开申请{say('requests_received', received)}件。"
        )
    else:
        out.append(
            f"予以公开{say('requests_granted', of('requests.granted.total'))}件，部分公开"
            f"{say('requests_partly_granted', of('requests.partly_granted.total'))}件，均已答复申请人；结转下年度继续办理"
            f"{say('requests_carried_over', of('requests.carried_over.total'))}件。"
        )
    review = of("review_litigation.reconsideration.total")
    suits = of("review_litigation.litigation_direct.total") + of(
        "review_litigation.litigation_after_reconsideration.total"
    )
    if review == suits == 0 and rng.random() < 0.6:
        say("reconsiderations", 0), say("lawsuits", 0)
        out.append(rng.choice([
            "全年未发生因政府信息公开引起的行政复议、行政诉讼。",
            "没有因政府信息公开工作被申请行政复议、提起行政诉讼的情况。",
            "政府信息公开行政复议、行政诉讼均为0件。",
        ]))  # fmt: skip
    else:
        out.append(
            f"因政府信息公开被申请行政复议{say('reconsiderations', review)}件，被提起行政诉讼{say('lawsuits', suits)}件。"
        )
    media = rng.sample(["weibo_items", "items_published", "press_conferences", "interpretations"], 2)
    words = {
        "weibo_items": "政务微博发布信息{}条。",
        "items_published": "全年主动公开政府信息{}条。",
        "press_conferences": "召开新闻发布会{}场。",
        "interpretations": "发布政策解读材料{}篇。",
    }
    out += [words[key].format(say(key, rng.randint(1, 3000))) for key in media]
    traps = [
        f"自{year - 6}年以来，累计公开政府信息{some}00条。",
        f"全市各级行政机关共收到政府信息公开申请{some + 7}件。",
        f"承办人大代表建议{some}件、政协提案{some + 1}件，办理12345热线工单{some}00件，答复率100%。",
        f"公开政府信息{some}余条。",
        f"收到申请数比上年减少{some}件，占全市总数的{rng.randint(1, 9)}.5%。",
        f"{year + 1}年，力争主动公开政府信息{some}条以上。",
        f"上半年收到政府信息公开申请{some}件。",
        f"微信公众号关注人数{some}00人，阅读量{some}万次。",
        f"收到涉及征地补偿的政府信息公开申请{some}件，网上未收到申请。",
        "申请人无正当理由大量反复申请的，依法说明理由；3个工作日内答复的申请占九成以上。",
        f"行政复议、行政诉讼案件分别为{some}件、{some + 2}件。",
        f"行政事业性收费{some}.36万元。",
        f"公开政府信息{some}-{some + 9}条，每月不少于{rng.randint(2, 9)}条。",
    ]  # fmt: skip
    out += rng.sample(traps, rng.randint(1, 4))
    rng.shuffle(out)
    return out


def other(rng: random.Random, who: Identity, stated: Stated | None = None) -> list[str]:
    stated = stated if stated is not None else Stated()
    draw = rng.random()
    if draw < 0.35:
        return ["无"]
    if draw < 0.7:
        stated.own += [("info_fee_cases", 0), ("info_fee_yuan", 0)]
        return [
            "依据《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）规定，"
            f"{who.year}年{who.self_name}未收取信息处理费。"
        ]
    cases, yuan = rng.randint(1, 3), rng.randint(100, 900)
    stated.own += [("info_fee_cases", cases), ("info_fee_yuan", yuan)]
    return [f"{who.year}年{who.self_name}向{cases}件申请收取信息处理费{yuan}元。"]


def preface(rng: random.Random, who: Identity) -> list[str]:
    cited = "〔2021〕30号" if who.year >= 2021 and rng.random() < 0.8 else "〔2019〕60号"
    return [
        "根据《中华人民共和国政府信息公开条例》和《国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作"
        f"年度报告格式〉的通知》（国办公开办函{cited}）要求，现公布{who.agency}{who.year}年政府信息公开工作年度报告。"
        "本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、政府信息公开行政复议和行政诉讼情况、"
        "存在的主要问题及改进情况、其他需要报告的事项六部分组成。"
        f"如对本报告有疑问，请联系：{who.agency}（电话：0{rng.randint(300, 999)}-{rng.randint(2000000, 8999999)}，邮编：{rng.randint(100000, 699999)}）。"
    ]
