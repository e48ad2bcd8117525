"""The REST door: its types, bounds, routes, and what visitors may ask for."""
