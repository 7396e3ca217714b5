"""`python -m branch_gateway`."""

import sys

from branch_gateway.app import main

sys.exit(main())
