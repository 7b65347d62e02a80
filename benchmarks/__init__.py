"""Each module is a benchmark: its docstring's first line says what it measures, `main(argv)` runs it."""
