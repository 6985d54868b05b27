"""Lines rendered by many workers on many machines. It needs Ray (bridge/farm/ray_fleet.py), and nothing else does."""
