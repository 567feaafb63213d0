"""Copies of posts on other networks, and what comes back from there.

In the order of their road: ``requesting`` notes the copies that a request asks for, of the
targets that ``choosing`` finds it means; ``following`` has the rows of posts looked at
once these are live, and ``adopting`` finds copies that only posts know of; ``copying``
takes what is due, ``whereabouts`` says where the post is, ``attempts`` makes, changes or
removes the copy, ``outcomes`` says what its row is then, and ``linking`` commits the link
to it. ``backfeed`` asks what others did with it, which ``reactions`` keeps.
"""
