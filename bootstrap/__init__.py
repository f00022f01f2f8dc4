"""Makes a bare Debian machine ready to build, run and test Tomoshibi.

    python3 -m bootstrap [desk|tools|types|all]

Standard library only, because it runs before anything is installed. Everything fetched or built is
kept under one cache folder (`places.CACHE`), named by a hash of what went into it, so that a second
run finds it, another checkout shares it, and an interrupted run continues where it stopped.
"""
