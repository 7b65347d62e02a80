"""A line of a job's log."""

from django.db import models
from django.db.models.functions import Now

from jobs.models.job import Job


class JobLog(models.Model):
    """Merged stdout and stderr of a command, or what an action logged: one row a line, numbered from 0."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="logs", db_index=False)
    line_number = models.IntegerField()
    data = models.TextField()
    logged_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["job_id", "line_number"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["job", "line_number"], name="joblog_line_once")]
        indexes = [models.Index(fields=["logged_at"], name="joblog_by_age")]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.data[:60]}"
