"""An open invitation, one that expired, a link that signs in, a form that was kept, some audit records."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta

from django.utils import timezone
from tests.web.cast import World

from leadline.web.accounts.audit import record
from leadline.web.accounts.keeping import cipher_of
from leadline.web.accounts.links import _TOKENS
from leadline.web.accounts.models import Invitation, Kept, User


def add(world: World) -> None:
    """Add them."""
    for name, days in (("invitation", 10), ("expired_invitation", -1)):
        world.things[name] = Invitation.objects.create(
            organisation=world.organisation,
            email=f"{name}@acme.example",
            name="Ines Ibarra",
            roles=["coach"],
            digest=hashlib.sha256(name.encode()).hexdigest(),
            expires=timezone.now() + timedelta(days=days),
        )
    newcomer = User.objects.create_user("nia@acme.example", name="Nia Noble")
    world.things |= {"user_newcomer": newcomer, "sign_in_token": _TOKENS.make_token(newcomer)}
    world.things["kept"] = Kept.objects.create(
        user=world.users["rater"],
        path="/rate/",
        fields=b64encode(
            cipher_of("/rate/").encrypt(
                [["form-comment", "Kept."]], "kept", world.users["rater"].pk, "/rate/"
            )
        ).decode(),
        expires=timezone.now() + timedelta(days=1),
    )
    record(world.organisation, "project.started", world.organisation)
    record(world.actor("operator"), "accounts.invited", world.things["invitation"], email="ines@acme.example")
