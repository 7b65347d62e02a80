"""jobsite: wiring of the job control plane."""

from jobsite.celery import app as celery_app

__all__ = ["celery_app"]
