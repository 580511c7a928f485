"""TikTok Shop's Partner API, generation 202309, in Brazil, simulated."""
