"""Colours that figures share with the style sheet: each stands for the token of the same name there."""

from __future__ import annotations

PAPER = "#ffffff"
LINE = "#d7e1e4"
INK = "#10242b"
INK_SOFT = "#4a626b"
ACCENT = "#0a6379"
ACCENT_SOFT = "#a9d0db"
DEPTHS = ("#f4f8f9", "#e6f0f3", "#d5e7ec", "#c0dbe3", "#a5ccd7")

TOKENS = {
    PAPER: "paper",
    LINE: "line",
    INK: "ink",
    INK_SOFT: "ink-soft",
    ACCENT: "accent",
    ACCENT_SOFT: "accent-soft",
    **{colour: f"depth-{n}" for n, colour in enumerate(DEPTHS)},
}

FONTS = "Segoe UI, Inter, Roboto, Noto Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
