"""Every weight of the ranking, in one table, each with what it rests on.

The numbers were chosen on the tuning queries of `make eval`; docs/search.md has the
measurements. A change here lands with its numbers.
"""

from datetime import timedelta

# Which posts answer

# Of the summed weight of a query's words, what a post must hold to be counted: the first of
# these shares that any post holds.
ENOUGH = (0.7, 0.5, 0.35)
RANKED = 0.2  # ... and to be ranked: a post that says it in other words may be the best

# What a post is worth to a query, in units of BM25 on its whole text

TITLE = 0.85  # a word in the title
HEADING = 0.4  # ... in a heading
LABEL = 0.1  # ... in a tag, or in the name of a topic
ALSO = 1.0  # another way to say it; its words weigh no more than those they stand for
NEAR = 1.0  # two words of the query next to each other, or nearly
SLOP = 4  # words that may stand between those
PAIRS = 3  # looked for near each other: on common words each costs as much as a query
ALL = 0.4  # holding every word, as a share of what the words weigh
WHOLE_TITLE = 4.0  # the query is the title, as a share of what the words weigh
BLOG_NAME = 1.5  # the query is the blog's name, likewise

# What a post is worth by itself: its score is multiplied by all of these

RECENT = 0.01  # more for each year that a post is younger: gently, for old answers count
SINCE = 2005  # the year from which that is counted, so that nothing is indexed again for it
LISTS = 0.4  # less for a post that is nothing but links, and accordingly for shares of it
WEEKNOTES = 0.95  # weeknotes touch everything: a post about the thing comes first

# What a page of answers looks like

WINDOW = 60  # of the best posts, among which those of one blog are spread out
SHARE = 7  # posts of one blog among ten, as long as others answer
TEN = 10

# How much is looked for at most (rule 49)

WISHED = 12  # words that count in ranking: those that weigh the most
VARIANTS = 6  # other ways to say one word
BEGINNINGS = 40  # words that one beginning stands for

YEAR = timedelta(days=365.25)
