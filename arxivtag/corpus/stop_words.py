"""English function words, which say nothing about a paper's subject.

Written as the token rule leaves them: lower-case, punctuation deleted. A short
list on purpose: words that mean something in some field ("system", "first",
"fire", which longer lists hold) stay in.
"""

STOP_WORDS: frozenset[str] = frozenset(
    """
    a about above across after again against all almost along already also although always am
    among an and another any anyone anything are aren't around as at away be became because become
    becomes been before behind being below beside besides between beyond both but by can can't
    cannot could couldn't did didn't do does doesn't doing don't done down due during each either
    else enough etc even ever every everyone everything except few for from further furthermore had
    hadn't has hasn't have haven't having he hence her here hers herself him himself his how however
    i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just least less let
    let's likewise many may maybe me might mine more moreover most much must my myself namely
    neither never nevertheless no nobody none nor not nothing now of off often on once one only onto
    or other others otherwise our ours ourselves out over own per perhaps quite rather re same
    several shall she should shouldn't since so some someone something sometimes somewhat still such
    than that that's the their theirs them themselves then there thereby therefore these they
    they're this those though through throughout thus to together too toward towards under unless
    until up upon us very via was wasn't we we've were weren't what whatever when whenever where
    whereas whereby wherein whether which while who whoever whole whom whose why will with within
    without won't would wouldn't yet you your yours yourself yourselves
    """.replace("'", "").split()
)
