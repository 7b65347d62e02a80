"""Who may come in, and what they may do: tokens, logins, roles."""
