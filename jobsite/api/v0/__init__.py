"""The MSR / DTR dialect: clients written for the original work unmodified."""
