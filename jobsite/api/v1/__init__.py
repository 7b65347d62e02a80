"""The CNaaS-NMS dialect: clients written for the original work unmodified."""
