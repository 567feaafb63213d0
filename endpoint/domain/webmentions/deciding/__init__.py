"""Which mentions are shown: policies, the owner's rules, and how they hear of what waits."""
