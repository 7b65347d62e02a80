"""/device_syncto and /firmware/upgrade: what starts jobs in this dialect."""

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
from jobsite.access.permissions import require_for_actions
from jobsite.api.v1.bodies import devices_of, read_sync, read_upgrade, selection
from jobsite.api.v1.descriptions import SYNC_DEVICES, UPGRADE_FIRMWARE
from jobsite.api.v1.views.base import Endpoint, success


class _Start(Endpoint):
    pagination_class = None
    needs = {"create": "jobs.submit_job"}

    def _started(self, submission: Submission, *, to: str, request: Request) -> Response:
        require_for_actions(request.user, submission)
        devices = devices_of(submission)
        job = enqueue(submission, by=self.actor(request))
        answer = success(f"Scheduled job to {to} {selection(submission)}", job_id=job.pk)
        answer["X-Total-Count"] = str(len(devices))
        return answer


class DeviceSync(_Start):
    @SYNC_DEVICES
    def create(self, request: Request) -> Response:
        submission = read_sync(self.body(request), scheduled_by=request.user.get_username())
        return self._started(submission, to="synchronize", request=request)


class FirmwareUpgrade(_Start):
    @UPGRADE_FIRMWARE
    def create(self, request: Request) -> Response:
        submission = read_upgrade(self.body(request), scheduled_by=request.user.get_username())
        return self._started(submission, to="upgrade", request=request)
