"""A bare diskcache as a person writes it: what has a result is not done again."""

import diskcache
from steps import STATE, STEPS, act, ready

cache = diskcache.Cache(str(STATE))
ready()
before = ""
for name in STEPS:
    key = f"{name}:{before}"
    if key not in cache:
        cache[key] = act(name)
    before = cache[key]
