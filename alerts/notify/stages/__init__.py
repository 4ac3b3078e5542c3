"""What is done to waiting messages before any is sent: pure functions from list to list.

In this order: `outdated` drops what is no longer so, `superseded` keeps the newest of what one
recipient would hear of one incident, `bundled` makes one message of many, `throttled` lets pass
what the budgets allow.
"""
