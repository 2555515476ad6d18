"""Who is measured: each started by a function of its own, all asked the same question, ``GET /go/course/12``."""
