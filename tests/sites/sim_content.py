# ruff: noqa: E501 - pages and titles as sites write them
"""What the simulated sites publish: reports with their files, and everything that only looks like one."""

from __future__ import annotations

from dataclasses import dataclass

AGENCIES = (
    "青山区人民政府办公室", "青山区教育局", "青山区公安局", "青山区民政局", "青山区司法局", "青山区财政局", "青山区人力资源和社会保障局",
    "青山区自然资源局", "青山区住房和城乡建设局", "青山区交通运输局", "青山区农业农村局", "青山区商务局", "青山区文化和旅游局",
    "青山区卫生健康委员会", "青山区应急管理局", "青山区审计局", "青山区市场监督管理局", "青山区统计局", "青山区医疗保障局", "红旗街道办事处",
    "柳河镇人民政府", "石桥乡人民政府",
)  # fmt: skip

DECOYS = (
    "图解：青山区2023年政府信息公开工作年度报告",
    "一图读懂青山区教育局2023年政府信息公开年报",
    "青山区政府网站工作年度报表（2023年度）",
    "青山区司法局2023年法治政府建设年度报告",
    "关于编制2023年政府信息公开工作年度报告的通知",
    "青山区2023年上半年政府信息公开工作情况",
    "青山区2023年第三季度政府信息公开情况统计",
    "视频解读：2023年政府信息公开工作年度报告",
    "青山区政府信息公开指南",
)


@dataclass(frozen=True)
class Report:
    agency: str
    year: int
    number: int

    @property
    def title(self) -> str:
        forms = (
            "{a}{y}年政府信息公开工作年度报告",
            "{a}{y}年度政府信息公开年报",
            "{a}关于{y}年度政府信息公开工作的报告",
            "{y}年{a}政府信息公开年度报告",
        )
        return forms[self.number % len(forms)].format(a=self.agency, y=self.year)

    @property
    def date(self) -> str:
        return f"{self.year + 1}-01-{10 + self.number % 20:02d}"


def reports(years: range, agencies: tuple[str, ...] = AGENCIES) -> list[Report]:
    """Newest first, as lists are."""
    return [
        Report(agency, year, number)
        for number, (year, agency) in enumerate((y, a) for y in reversed(years) for a in agencies)
    ]


def article(title: str, body: str = "", extra: str = "") -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_青山区人民政府</title>
<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2024-01-20 10:00"></head>
<body><div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li></ul></div>
<h1>{title}</h1><div class="TRS_Editor">{body}</div>{extra}
<div class="footer"><a href="/about/">网站地图</a> 网站标识码4107110001</div></body></html>"""


def report_body(report: Report) -> str:
    n = 100 + report.number
    return (
        f"<p>根据《中华人民共和国政府信息公开条例》编制本年度报告。</p><h3>一、总体情况</h3><p>{report.agency}{report.year}年。</p>"
        "<h3>二、主动公开政府信息情况</h3><table><tr><td>规章</td><td>0</td></tr></table>"
        f"<h3>三、收到和处理政府信息公开申请情况</h3><table><tr><td>本年新收</td><td>{n}</td></tr></table>"
        "<h3>四、政府信息公开行政复议、行政诉讼情况</h3><h3>五、存在的主要问题及改进情况</h3><h3>六、其他需要报告的事项</h3>"
    )


def report_article(report: Report, extra: str = "") -> str:
    return article(report.title, report_body(report), extra)


def shell(title: str, body: str, script: str = "") -> str:
    """A column page with navigation, news and a footer around the list."""
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_青山区人民政府</title>
<meta name="ColumnName" content="{title}"></head><body>
<div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>
<li><a href="/zwgk/zfxxgkzn/">政府信息公开指南</a></li><li><a href="/zmhd/">互动交流</a></li></ul></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; {title}</div>
{body}
<div class="footer"><a href="http://www.gov.cn/">中国政府网</a><a href="/about/">网站地图</a></div>{script}</body></html>"""


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
