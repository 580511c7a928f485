"""What operators rehearse before they need it: real processes, the sandbox's ledger as judge."""
