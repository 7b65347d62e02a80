"""The admin's index: what needs a human first, then how it goes. Every number costs the same at any size."""
