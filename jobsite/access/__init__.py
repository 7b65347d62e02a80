"""Who may do what: access tokens, the roles, and logins, the same for every dialect."""
