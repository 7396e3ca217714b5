"""SIP softphones and a carrier that behave like real ones, for the demo, the tests and the benches.

Standard library, numpy and pylibsrtp only; imports no other Trunkline package.
"""
