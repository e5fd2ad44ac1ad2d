"""`gongkai reextract`: the archive again, without network."""

from __future__ import annotations

import click

from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@common_options
@pass_session
def reextract(session: Session, dry_run: bool) -> int:
    """Read every archived document again with the present extractor, without network.

    What it has read already is skipped. Says how many figures differ from the records of the newest earlier
    extractor.
    """
    from extraction.workers import Extractor
    from flows.progress import watching
    from flows.reextract import all_sites, reextract_sites
    from gongkai.progress import ProgressView

    store = session.open_existing()
    with ProgressView() as view, watching(view), Extractor() as extractor:
        tally = reextract_sites(store, all_sites(store), extractor, dry_run=dry_run)
    if session.as_json:
        emit_json({"dry_run": dry_run, **tally.as_dict()})
    else:
        for line in tally.as_lines():
            say(line)
        if tally.examples:
            print_table(
                ("agency", "year", "cell", "was", "is"),
                [
                    (
                        example["agency"],
                        str(example["year"] or ""),
                        example["cell"],
                        example["was"],
                        example["is"],
                    )
                    for example in tally.examples
                ],
            )
        note(
            "nothing was written (--dry-run)" if dry_run else "the next `gongkai publish` takes these records"
        )
    return FINDINGS if tally.problems else DONE
