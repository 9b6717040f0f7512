"""A trial with changes and faults, an applied import, and somebody whose new address waits."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils import timezone
from tests.web.cast import World

from leadline.web.accounts.models import Membership, User
from leadline.web.people.importing import apply
from leadline.web.people.links import token
from leadline.web.people.models import DataRequest, Person
from leadline.web.people.trying import try_out

TRIAL = """Name,E-Mail,Key,Department,Manager,Start date,Shoe size
Ravi Rao,ravi@acme.example,ravi,Payments Core,mei,2020-05-01,42
Nora New,nora@acme.example,nora,Payments,Mei Martin,2026-01-07,38
Bad Mail,bad(at)acme,bad,Payments,mei,1.2.26,
Lost Soul,,lost,,nobody,,
Otis Odd,otis@acme.example,otis,Payments,lost,2026-01-07,45
"""
APPLIED = "person,name,team\nkim,Kim Kaya,Data\nlee,李雷,Data\n"


def add(world: World) -> None:
    """Add them."""
    _waiting(world)
    world.things["data_request"] = DataRequest.objects.create(
        person=world.people["ratee"], kind="correction", field="role", text="I have led Payments since May."
    )
    actor = world.actor("analytics")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("applied_import", APPLIED), ("trial_import", TRIAL)):
            path = Path(folder) / "people.csv"
            path.write_text(content, encoding="utf-8")
            world.things[name] = try_out(actor, path, f"{name}.csv", others_left=False)
            if name == "applied_import":
                apply(actor, world.things[name])


def _waiting(world: World) -> None:
    """Pia signs in with an address that the organisation wants to replace."""
    account = User.objects.create_user("pia@acme.example", name="Pia Pohl")
    Membership.objects.create(user=account, organisation=world.organisation)
    pia = Person.objects.create(
        organisation=world.organisation,
        key="pia",
        name="Pia Pohl",
        email="pia.pohl@acme.example",
        user=account,
        asked=timezone.now(),
    )
    world.things |= {"person_waiting": pia, "address_token": token(pia)}
