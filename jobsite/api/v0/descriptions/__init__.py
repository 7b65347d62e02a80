"""The words of the API description, one file a resource."""
