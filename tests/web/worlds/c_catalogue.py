"""A framework of the organisation's own: published, its next version a draft, and a draft with faults."""

from __future__ import annotations

from tests.web.cast import World

from leadline.frameworks import Text, load_framework
from leadline.web.catalogue.editing import choose, next_version, publish, reword, start

MAIN = "technical-leadership@1.0.0"


def add(world: World) -> None:
    """Add them."""
    actor = world.actor("analytics")
    own = start(actor, MAIN, Text("Our leadership", "我们的领导力"))
    publish(actor, own)
    own.refresh_from_db()
    draft = next_version(actor, own)
    kept = [c.id for c in load_framework(MAIN).competencies if c.id != "hiring"]
    choose(actor, draft, draft.title, {"competencies": kept, "weights": {"market_sense": 2.0}})
    reword(actor, draft, {"competencies.market_sense.title": {"en": "Sense of the market", "zh": "市场嗅觉"}})
    draft.refresh_from_db()
    faulty = start(actor, "opinion-leader@1.0.0", Text("Voices", "行业之声"))
    choose(actor, faulty, faulty.title, {"factor_weights": {"influence": 0.9}})
    world.things |= {"own_framework": own, "draft_framework": draft, "faulty_framework": faulty}
