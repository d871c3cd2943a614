"""What is collected here: the comparison with the facts tables belongs to the long proof only."""

import os

collect_ignore = [] if os.environ.get("GATEWAY_PROOF") else ["test_facts.py"]
