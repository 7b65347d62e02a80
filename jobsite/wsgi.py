"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402

from jobsite.up import fingerprint  # noqa: E402 - models exist only from here on

fingerprint.check()
connections.close_all()
