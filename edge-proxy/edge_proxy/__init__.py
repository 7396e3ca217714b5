"""The SIP edge: who may call, and where the call goes.  Decisions are pure; Kamailio and rtpengine act."""
