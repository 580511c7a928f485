"""SkyHub (Americanas, Submarino, Shoptime) as its documents and its clients describe it."""
