"""Jobs: the list, and the page of one."""

from django.contrib import admin

from jobs.models import Job
from jobsite.console.jobs.job_list import JobListAdmin
from jobsite.console.jobs.job_page import JobPage


@admin.register(Job)
class JobAdmin(JobPage, JobListAdmin):
    """Both at one address: Django knows one page class for a model."""
