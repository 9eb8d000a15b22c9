"""A dozen made-up blogs for `planet demo`: what they say, their feeds and pages, and a server.

`blogs` reads what they say, `feeds` and `pages` write it, `publish` puts it in its places, and
`server` serves those on loopback. None of these knows of the crawler, the store or the site.
"""
