"""The admin in a real browser: what people see, and that no page has errors, outside requests or barriers."""
