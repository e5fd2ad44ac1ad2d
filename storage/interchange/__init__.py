"""The archive for and from other archives' tools: WARC records, WACZ packages, BagIt bags.

    export_wacz      captures -> WARC records, their index, a list of pages, a manifest of hashes
    read_package     WARC and WACZ of anybody -> records, with limits and checks
    write_bag        every object of a store -> a bag whose data/ is a store again

    records.py    one capture as WARC records: request, response or revisit or resource, and metadata
    warcfile.py   records into a file, each a gzip member of its own
    cdxj.py       the index: keys that sort, lines spooled to disk, blocks that can be read alone
    wacz.py       the package
    payload.py    what stands in a record -> the body that the archive keeps
    reading.py    records of others, out of files that may be damaged or hostile
    bag.py        BagIt

Everything is streamed: a body passes through a temporary file, and no record is begun before its body was
read to the end and has its hash.
"""
