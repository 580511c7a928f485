"""Dafiti (GFG Seller Center), simulated: REST v2, its tokens, documents and webhooks."""
