"""Pages that exist only after JavaScript ran: Chromium through scrapy-playwright, as the last resort.

Nothing here imports Playwright until a page must be rendered; it is the extra `browser`. Without it, or
without a Chromium, the sites that need one are reported (`needs_browser`) and the others go on.
"""

from crawlers.rendering.browser import BrowserMissingError, find_browser, rendering_settings
from crawlers.rendering.shells import is_script_shell

__all__ = ["BrowserMissingError", "find_browser", "is_script_shell", "rendering_settings"]
