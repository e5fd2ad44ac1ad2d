def test_smoke(running):
    from urllib.parse import quote
    import time

    rid = [r["report_id"] for r in running.explorer.db.rows("select report_id from reports where current")]
    print(rid, running.explorer.release.manifest["counts"])
    urls = [
        "/",
        "/reports",
        "/reports.csv",
        "/coverage",
        "/search?q=政策解读",
        "/desk",
        "/desk/checks",
        "/desk/issues",
        "/desk/confidence",
        "/desk/copies",
        "/desk/unreadable",
        "/desk/issues.csv",
        "/compare",
        "/compare?find=新乡",
        "/api",
        "/trends.csv",
        "/api/release",
        "/api/trends",
        "/nope",
        "/api/nope",
        "/compare.csv",
        "/search.csv?q=公开",
    ]
    for r in rid[::4] + rid[-2:]:
        q = quote(r, safe="")
        urls += [
            f"/report/{q}",
            f"/report/{q}?beside=1&lang=en",
            f"/evidence/{q}/requests.new.total",
            f"/evidence/{q}/requests.new.total/document",
            f"/api/reports/{q}",
            f"/api/reports/{q}/figures/requests.new.total",
        ]
    bad = 0
    for u in urls:
        t = time.time()
        r = running.get(u)
        print(r.status_code, f"{(time.time() - t) * 1000:.0f}ms", len(r.content), u[:90])
        bad += r.status_code >= 500
    for row in running.explorer.db.rows(
        "select report_id,agency,year,checks_failed,issues,cells,figures,version,current from reports"
    ):
        print(row)
    print(running.explorer.db.rows("select code,message,source_url from issues limit 20"))
    assert not bad
