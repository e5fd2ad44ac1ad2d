"""One module a command. At the top of a module stands only what `gongkai --help` needs."""
