"""The flows: a night's work from the registry to the records, in shards, with a summary of what happened.

How the floor is built:

    nightly.py      the Prefect flow `nightly`; its tasks are whole shards (20-50 sites), never documents
    scheduled.py    the Prefect flows `reextract`, `publish` and `fixity`, for deployments
    run.py          a run's plan: site entries kept in the store, shards, settings, summary
    shards.py       sites into shards by host, so that politeness stays local to one process
    crawl.py        one shard's crawl: a Scrapy child process and its statistics
    child.py        child processes in groups of their own that never outlive us
    extract.py      bodies without a record -> records -> manifest
    reextract.py    the archive again with the current extractor: plan, shards, manifests
    shard_source.py what a shard of it reads from the store, from packs where there are some
    pack.py         bodies of reports copied into packs
    executors.py    where shards are worked through: here, on a Dask cluster
    prefect_workers.py  shards as runs of one Prefect deployment, whose flow it has
    compare.py      two records of the same bytes: what differs, and how badly
    tally.py        what a re-extraction changed: counts, and the worst changes
    publish.py      a release from everything that was read
    coverage.py     the ledger of a year over divisions, registry, archive and runs
    fixity.py       a share of the archive against its hashes; states and manifests made anew
    removal.py      a takedown: bodies, records, addresses
    summary.py      counts, walls and alerts of a run, and its exit code
    progress.py     what is happening now, for whoever watches
    environment.py  where logs and Prefect's own files live; Prefect's settings, made before it is imported
    server.py       a private Prefect API server for runs without one

Everything but `nightly`, `scheduled`, `prefect_workers` and `server` is plain Python that knows nothing of
Prefect. Shards are idempotent: whatever a killed run left undone is found by the next one, because the work
list is not kept anywhere but computed from what the archive holds (a body without a record of the current
extractor is work).

Written to the store by this floor:

    runs/<run>/summary.json    at the start (``finished`` null) and at the end of a run
    sites/<site>/entry.json    the registry entry a site was last crawled with, so that a release can be
                               made from the store alone
"""
