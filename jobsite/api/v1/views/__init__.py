"""The endpoints, one file a resource. Each handler parses, calls one verb or reads, and answers."""
