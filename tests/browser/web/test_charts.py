"""Charts are drawn under the content security policy, answer the pointer, and are not needed."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from tests.browser.web.conftest import Stage


def _address(stage: Stage) -> str:
    return f"{stage.url}/results/of/{stage.world.things['result_ratee'].pk}/"


def test_a_chart_is_drawn_without_eval_and_tells_its_figures(stage: Stage, browser: Browser) -> None:
    context = stage.context(browser, "ratee", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(_address(stage))
    canvas = page.locator("figure.chart canvas")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    tip = page.locator("#vg-tooltip-element.visible")
    for x in range(int(box["x"]) + 250, int(box["x"] + box["width"]), 12):
        page.mouse.move(x, box["y"] + 20)
        page.wait_for_timeout(20)
        if tip.count():
            break
    expect(tip).to_contain_text("Lower end of the interval")
    assert errors == []
    context.close()


def test_without_javascript_the_table_holds_the_same_figures(stage: Stage, browser: Browser) -> None:
    context = stage.context(browser, "ratee", java_script_enabled=False)
    page = context.new_page()
    page.goto(_address(stage))
    expect(page.locator("figure.chart")).to_be_hidden()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Architecture judgement"))
    expect(row.first).to_contain_text("below 65")
    context.close()
