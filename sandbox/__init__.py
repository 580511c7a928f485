"""The marketplaces, simulated over HTTP. Shares no code with the hub that talks to it."""
