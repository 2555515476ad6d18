"""The journeys: what people do, over real HTTP, with a real Redis, a real identity provider and a real browser."""
