"""`python -m edge_proxy kamailio|rtpengine|agent`: how a branch's gateway starts its edge."""

import sys

from edge_proxy import agent, launch

PROGRAMS = {"kamailio": launch.kamailio, "rtpengine": launch.rtpengine, "agent": agent.main}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PROGRAMS:
        sys.exit(f"usage: python -m edge_proxy {'|'.join(PROGRAMS)}")
    PROGRAMS[sys.argv[1]]()
