"""Shopee's open platform v2 in Brazil, simulated."""
