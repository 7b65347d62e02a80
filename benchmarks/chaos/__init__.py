"""`bin/bench chaos`: faults by a seed against the whole site, and a check of its promises by a ledger of its own."""
