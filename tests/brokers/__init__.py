"""Brokers of the tests' own: started, wiped, frozen and stopped as an operator's would be."""
