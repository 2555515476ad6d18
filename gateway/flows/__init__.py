"""The use cases: plain data in, plain data out.

Claims → Identity → Learner → Link. Flows know no HTTP, no Flask and no Redis, and they do not call each other; the
handler in ``web`` composes them.
"""
