"""What a person has to look at now: a file for each kind, an empty list where all is well."""
