"""The admin UI: pages and scripts that `web/admin` is built into, served below `/admin`, and its trusted documents."""

from .built import read_shipped_documents
from .routes import admin_ui_routes

__all__ = ["admin_ui_routes", "read_shipped_documents"]
