"""The dialect's objects as the API description shows them, and the bodies as they are read, one file a resource."""
