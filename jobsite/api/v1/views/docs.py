"""The answer for everything that is not there."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from jobsite.api.v1.errors import NOT_FOUND, envelope


@csrf_exempt
def unknown(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(envelope(NOT_FOUND), status=404)
