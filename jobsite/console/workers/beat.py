"""The beats that are there: crons and scheduled jobs need one."""

from django.contrib import admin

from jobsite.console.base.fields import time_column
from jobsite.console.base.live_list import LiveListAdmin
from workers.models import Beat


@admin.register(Beat)
class BeatAdmin(LiveListAdmin):
    list_display = ("name", "started", "heartbeat", "last_tick")
    fields = ("name", "started_at", "heartbeat_at", "ticked_at")
    empty_text = "No beat has registered yet: crons and scheduled jobs need one."

    started = time_column("started_at", "started")
    heartbeat = time_column("heartbeat_at", "heartbeat")
    last_tick = time_column("ticked_at", "last tick")
