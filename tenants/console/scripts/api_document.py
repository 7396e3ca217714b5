"""Print the control plane's OpenAPI document, from which the console's types and forms are made."""

import json
import sys

from control_plane.app import ROUTES
from control_plane.web.openapi import build_document

json.dump(build_document(ROUTES, ""), sys.stdout, indent=1, sort_keys=True)
