"""Chromium without a screen, for tests of pages that speak: a tone for a microphone, and ears for what is played."""

from tests.interop.chromium.browser import Chromium, Page

__all__ = ["Chromium", "Page"]
