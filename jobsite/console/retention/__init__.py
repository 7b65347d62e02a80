"""How long logs and jobs are kept: an editor of the crons that prune, which hold it."""

from jobsite.console.retention.urls import retention_urls

__all__ = ["retention_urls"]
