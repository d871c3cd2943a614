"""django-pyas2 as a trading partner with a running server. Knows nothing of the gateway.

    .venv-peers/bin/python tests/peers/django_partner.py FOLDER COMMAND [WORD...]

Runs in the environment of the peers. FOLDER holds partner.json, which says who is who, and afterwards the database and the files.
Commands: seed, serve (which seeds first), send FILE, receipts (the job that posts asynchronous ones). ``wsgi`` is for a server of
more than one process, such as gunicorn, with the folder in DJANGO_PARTNER.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

FOLDER = Path(sys.argv[1] if __name__ == "__main__" else os.environ["DJANGO_PARTNER"])
SAID = json.loads((FOLDER / "partner.json").read_text(encoding="utf-8"))

settings.configure(
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(FOLDER / "partner.sqlite3"),
            "OPTIONS": {"timeout": 60},
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "pyas2"],
    ROOT_URLCONF=__name__,
    WSGI_APPLICATION=f"{__name__}.wsgi",
    MEDIA_ROOT=str(FOLDER),
    DATA_UPLOAD_MAX_MEMORY_SIZE=None,
    PYAS2={"MDN_URL": SAID["own_url"]},  # With DATA_DIR it names files by absolute paths, which its Django refuses.
)
django.setup()
wsgi = get_wsgi_application()
urlpatterns = [path("pyas2/", include("pyas2.urls"))]


def seed():
    """Lay the tables, our key, the partner's certificate, and what was agreed."""
    from pyas2.models import Organization, Partner, PrivateKey, PublicCertificate

    call_command("migrate", verbosity=0)
    key, _ = PrivateKey.objects.update_or_create(
        name="own", defaults={"key": Path(SAID["own_key"]).read_bytes(), "key_pass": ""}
    )
    certificate, _ = PublicCertificate.objects.update_or_create(
        name="partner", defaults={"certificate": Path(SAID["certificate"]).read_bytes(), "verify_cert": False}
    )
    Organization.objects.update_or_create(
        as2_name=SAID["own_name"], defaults={"name": "Us", "encryption_key": key, "signature_key": key}
    )
    agreed = {
        "name": "Partner",
        "target_url": SAID["url"],
        "encryption_cert": certificate,
        "signature_cert": certificate,
    }
    Partner.objects.update_or_create(as2_name=SAID["name"], defaults=agreed | SAID["agreed"])


def main():
    """Run one command."""
    command, *words = sys.argv[2:]
    if command == "serve":
        seed()
        call_command("runserver", SAID["listen"], "--noreload", "--nothreading", verbosity=0)
    elif command == "send":
        call_command("sendas2message", SAID["own_name"], SAID["name"], words[0])
    elif command == "receipts":
        call_command("manageas2server", async_mdns=True)
    elif command == "seed":
        seed()


if __name__ == "__main__":
    main()
