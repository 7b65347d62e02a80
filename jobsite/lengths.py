"""Django's CommonMiddleware, which tells how long each answer is, but for those that have no body."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import common

# RFC 9110, 8.6: of a 204 none may be told, of a 304 none but that of the 200, which was not made.
_WITHOUT_BODY = frozenset({204, 304})


class CommonMiddleware(common.CommonMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        if answer.status_code in _WITHOUT_BODY:
            del answer.headers["Content-Length"]
        return answer
