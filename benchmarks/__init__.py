"""Side-by-side measurements. `make bench` runs them and prints what README and CHANGELOG quote.

Everything runs on this machine and on loopback alone; ratios are between runs of the same
minute, because machines differ and are noisy.
"""
