"""Three small government sites on loopback, for the demonstration and for tests.

They publish five real reports between them, on three of the ways such sites are built::

    demo-muye      static TRS WCM: paged list pages, metadata tables, reports as HTML with Word's residue
    demo-huangpi   Hanweb jpage: lists from an XML endpoint, GB18030 pages, reports as DOCX attachments
    demo-wuhan     lists that a script builds from a JSON address of its own, a report as PDF, a repeated DOCX

Every page says in its footer that it is a demonstration; what is no report was written for it.

    sites.yaml        the sites as registry entries        registry.py   ports and addresses filled in
    content/          pages, templates, reports as files   catalogue.py  reads them
    resource.py       what an address answers with         pages.py      the parts all sites share
    trs.py, jpage.py, scripted.py                          one publishing platform each
    server.py         serves them, answers conditional requests, and measures who asked what and how fast
    build/            makes content/reports from the text dumps in sources/
"""

from gongkai.demo.registry import DEFAULT_PORT, demo_sites
from gongkai.demo.server import DemoPortError, RunningSites, SiteStats, start_demo_sites

__all__ = ["DEFAULT_PORT", "DemoPortError", "RunningSites", "SiteStats", "demo_sites", "start_demo_sites"]
