"""What gunicorn serves, in each of its processes."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402

from jobsite.up import fingerprint  # noqa: E402 - models exist only from here on

fingerprint.check()
connections.close_all()
import_module("jobsite.urls")  # Else the first visitor waits while all views are loaded.

# What is loaded by now lasts: without this the collector walks it again every few pages of the admin, for a tenth of a
# second.
gc.collect()
gc.freeze()
