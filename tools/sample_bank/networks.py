"""Information systems: retrieval, recommendation, social networks, security, people and media."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="personalised recommendation",
        share=26,
        labels="cs.IR 3; cs.IR cs.LG 6; cs.IR cs.LG stat.ML 4; cs.LG cs.IR stat.ML 2; cs.IR cs.AI 2; cs.LG cs.IR 1",
        extra="cs.SI cs.HC cs.AI cs.MM cs.CY",
        stems="Rec Item Taste User Prefer",
        settings="for new users; from implicit feedback; in sessions; of news articles; with diversity; in electronic commerce",
        terms="collaborative filtering; matrix factorisation; ratings; item catalogues; click logs; cold start; implicit feedback; top-n ranking; popularity bias; latent factors; user preferences; online experiments; session data; side information; recommender systems; purchase histories; playlists; diversity",
        background="""
            recommender systems help users to find {films, books and songs|products} in large catalogues
            collaborative filtering predicts the preferences of a user from those of similar users
            shops and streaming services earn much of their income through recommendations
            matrix factorisation describes users and items by latent factors
        """,
        gaps="""
            nothing is known about new users and new items
            clicks show what users saw as much as what they like
            popular items crowd out the rest of the catalogue
            offline metrics hardly predict online success
            interests change within a single session
        """,
        methods="a graph-based recommender; a session-based recommendation model; a matrix factorisation with side information; a counterfactual learning-to-rank method; a diversity-aware re-ranker; a hybrid recommender system; a sequential user model",
        leads="05 53 26 14 41 62 35",
        steps="""
            propagates preferences along the graph of users and items
            re-weights clicks by the probability that an item was seen
            infers the factors of a new item from its description
            models the sequence of purchases with self-attention
            balances relevance and diversity in the top positions
            separates long-term tastes of the user from the current intent
            learns from ratings and reviews together
        """,
        data="MovieLens; the Netflix ratings; Amazon purchases; Yelp; logs of a news site; a music streaming service; the Million Song listening histories",
        metrics="NDCG at ten 0.21..0.52; recall at twenty 18..46%; root mean squared rating error 0.82..1.02 down; click-through rate 2.4..6.8%",
        baselines="matrix factorisation models; nearest neighbour recommenders; popularity rankings; neural collaborative filtering models",
        findings="""
            well-tuned nearest neighbour methods remain strong competitors
            new items receive useful recommendations after five ratings
            users stay longer when lists are more diverse
            most of the improvement is for users with short histories
            offline and online rankings of the systems differ
        """,
        meanings="""
            recommendation should be treated as an intervention and not as prediction
            session context deserves more weight than old ratings
            catalogues benefit when popularity is corrected for
        """,
    ),
    topic(
        name="document retrieval",
        share=18,
        labels="cs.IR 6; cs.IR cs.LG 2; cs.IR cs.CL 4; cs.CL cs.IR 2; cs.IR cs.AI 1",
        extra="cs.CL cs.AI cs.SI cs.HC stat.ML",
        stems="Search Rank Query Index Doc",
        settings="for web search; across languages; with click models; in enterprise collections; for scientific literature; with topic models",
        terms="queries; learning to rank; relevance judgements; inverted indexes; query expansion; topic models; term weighting; click models; document collections; passage ranking; search engines; semantic matching; latent Dirichlet allocation; hashing; relevance feedback; snippets; text categorisation",
        background="""
            search engines rank billions of documents in a fraction of a second
            users type two or three words and expect relevant documents
            topic models describe a collection of documents by groups of words
            clicks are a cheap substitute for relevance judgements
        """,
        gaps="""
            queries and relevant documents often share no words
            clicks depend on rank as well as on relevance
            neural rankers are too slow for the first stage of retrieval
            relevance judgements exist for few queries
            topics found by models are hard for people to interpret
        """,
        methods="a neural ranking model; a dense retrieval method; a query expansion technique; an unbiased learning-to-rank approach; a topic model with word embeddings; a hashing method for documents",
        leads="32 04 13 23 51 40",
        steps="""
            encodes queries and documents separately so that an index can be built
            expands the query with terms from the best documents
            estimates how likely a user is to look at each rank
            matches words softly through their embeddings
            learns binary codes that preserve similarity
            infers topics together with the links between documents
        """,
        data="MS MARCO; the TREC collections; Robust04; 20 Newsgroups; a log of library queries; ten years of abstracts from one field; Wikipedia",
        metrics="mean average precision 0.20..0.41; NDCG at ten 0.31..0.68; topic coherence 0.34..0.61",
        baselines="BM25 rankers; language modelling approaches; latent semantic indexing; feature-based rankers",
        findings="""
            exact matches of words remain indispensable for names
            long queries benefit most from semantic matching
            expansion helps on average and harms one query in five
            clicks become useful once position is accounted for
            coherent topics are not always the most predictive
        """,
        meanings="""
            dense and lexical retrieval should be combined
            click data need a model of the user
            test collections reward what earlier systems could find
        """,
    ),
    topic(
        name="cross-modal image retrieval",
        share=18,
        labels="cs.CV 3; cs.CV cs.IR 4; cs.CV cs.MM 4; cs.MM cs.CV 2; cs.IR cs.MM 1; cs.CV cs.LG 1",
        extra="cs.IR cs.MM cs.LG cs.CL cs.AI cs.SD",
        stems="Hash Cross Code Photo Find",
        settings="by binary codes; from sketches; for recipes; at the scale of millions; with text queries; for video",
        terms="hashing; binary codes; image retrieval; Hamming distance; cross-modal embeddings; product quantisation; nearest neighbour search; local descriptors; triplet losses; re-ranking; multimedia; text queries; image tags; SIFT features; semantic similarity; video retrieval; Flickr photographs",
        background="""
            people search photographs by {text|sketches|example images}
            binary codes allow millions of images to be searched in memory
            images, text and sound on the web describe the same things
        """,
        gaps="""
            binary constraints make the learning problem discrete
            tags supplied by users are incomplete and subjective
            sketches and photographs differ in appearance
            codes learned for known classes do not generalise to new ones
            descriptions mention only a few of the things in an image
        """,
        methods="a deep hashing network; a cross-modal embedding model; a product quantisation scheme; a sketch-based retrieval network; an unsupervised hashing method; a fusion of local and global descriptors",
        leads="02 14 20 54 02 31",
        steps="""
            approaches binary codes by a gradually steeper activation
            maps images and sentences into one space
            keeps the semantic structure of tags in the codes
            verifies the best matches geometrically
            aligns image regions with words
            translates sketches into edge maps of photographs
        """,
        data="NUS-WIDE; MIRFlickr; Oxford Buildings; Flickr30k; the Sketchy database; MS COCO captions; a million recipes",
        metrics="mean average precision 0.42..0.86; recall at ten 52..90%; precision within Hamming radius two 0.48..0.84",
        baselines="locality-sensitive hashing; canonical correlation models; shallow hashing methods; global descriptors",
        findings="""
            forty-eight bits are nearly as good as real vectors
            geometric verification corrects most mistakes among buildings
            tags that are rare carry the most information
            unsupervised codes suffice for near-duplicates
            regions and words align without supervision
        """,
        meanings="""
            compact codes make retrieval possible on phones
            several modalities are better than one even for image queries
            generalisation to new classes should be part of the evaluation
        """,
    ),
    topic(
        name="social network analysis",
        share=20,
        labels="cs.SI 5; cs.SI cs.LG 4; cs.SI cs.LG stat.ML 2; cs.SI stat.ML 2; cs.LG cs.SI stat.ML 1; cs.SI cs.CY 2",
        extra="cs.CY cs.DS stat.ME cs.IR cs.LG stat.ML",
        stems="Social Commu Tie Casc Influ",
        settings="in evolving networks; with overlapping communities; for information diffusion; with signed links; from cascades; at the scale of millions",
        terms="community detection; stochastic block models; modularity; influence maximisation; information cascades; centrality; link prediction; homophily; degree distributions; social media; sparse edges; spectral clustering; user activity; contagion; random graphs; hubs; friendship networks",
        background="""
            social networks consist of communities with dense links inside and few links between
            information spreads through networks in cascades
            {friendship, citation and trade|online and offline contacts} can be described by graphs
            stochastic block models generate networks with planted communities
        """,
        gaps="""
            many algorithms assume that communities do not overlap
            the network through which information spread is often hidden
            optimising modularity misses small communities
            sparse networks defeat spectral methods
            user attributes and links tell different stories
        """,
        methods="a community detection algorithm; a diffusion model; an influence maximisation algorithm; a dynamic block model; a spectral method for sparse networks; a link prediction method",
        leads="05 12 21 45 30 51",
        steps="""
            assigns each node to several communities with varying strength
            infers hidden links from the times at which users were infected
            selects seed users greedily from sampled cascades
            uses non-backtracking walks to cope with sparsity
            follows communities as they merge and split
            combines node attributes with the structure of links
        """,
        data="the karate club; political blogs; a co-authorship network; Facebook friendships; retweet cascades; a citation network; phone calls of one month",
        metrics="normalised mutual information 0.46..0.91; link prediction AUC 0.78..0.95; predicted cascade size error 0.10..0.45 down",
        baselines="modularity optimisation; spectral clustering methods; label propagation methods; independent cascade models",
        findings="""
            overlaps are densely connected and not sparsely as is often assumed
            a few early adopters predict the final size of a cascade
            attributes agree with communities only in part
            the detection threshold predicted by theory is visible in practice
            the algorithm handles a million nodes in minutes
        """,
        meanings="""
            overlap is the rule and not the exception in social networks
            the timing of events is as informative as links
            several community structures may be equally valid
        """,
        theorems="""
            the communities are recovered exactly above a sharp threshold
            the greedy choice is within a constant factor of the optimum
            detection is impossible below the threshold
        """,
    ),
    topic(
        name="misinformation detection",
        share=15,
        labels="cs.SI cs.CL 3; cs.CL cs.SI 4; cs.SI cs.CY 3; cs.SI cs.LG 2; cs.CL 2; cs.SI 2",
        extra="cs.CY cs.IR cs.AI cs.LG cs.HC",
        stems="Rumor Fact Claim Truth Check",
        settings="on Twitter; at an early stage; across languages; during elections; with propagation patterns; in messaging groups",
        terms="fake news; rumours; retweets; fact checking; user credibility; stance; bots; news articles; hate speech; political polarisation; hashtags; propagation trees; social media posts; crowd signals; clickbait; echo chambers; trolls",
        background="""
            false news spread faster on social media than true news
            fact checkers cannot keep up with the number of claims
            automated accounts amplify rumours during {elections|disasters}
            online platforms are the main source of news for many people
        """,
        gaps="""
            by the time a rumour is recognised it has reached its audience
            style differs more between topics than between true and false
            deleted posts vanish from data sets
            annotators bring their own opinions
            models trained on one event fail on the next
        """,
        methods="a propagation-based rumour detector; a stance classification model; a bot detection method; a claim retrieval system; a hate speech classifier; a study of news consumption",
        leads="03 14 34 21 42 50",
        steps="""
            follows the tree of replies and retweets from its root
            weighs the stance of each reply by the credibility of its author
            retrieves earlier fact checks of similar claims
            compares posting times with those of ordinary users
            separates writing style from topic
            measures how users move between communities
        """,
        data="PHEME; the LIAR statements; Twitter15; a collection of 90,000 posts about vaccination; FakeNewsNet; messages from public groups",
        metrics="macro-averaged F1 52..84%; detection delay in hours 0.8..14 down; rumour recall 60..88%",
        baselines="text-only classifiers; user feature models; recurrent rumour detectors; human judges",
        findings="""
            replies that express doubt are the best early signal
            a small group of accounts posts most of the false news
            the reaction of readers is more telling than the text
            bots spread true and false news alike
            polarised communities rarely see corrections
        """,
        meanings="""
            platforms can act early on the signals of their users
            detectors need to be tested on events they have not seen
            corrections should reach the people who saw the rumour
        """,
    ),
    topic(
        name="intrusion and malware detection",
        share=18,
        labels="cs.CR 3; cs.CR cs.LG 8; cs.LG cs.CR 3; cs.CR cs.AI 1; cs.CR cs.LG stat.ML 2",
        extra="cs.AI cs.NE stat.ML cs.SI cs.DC cs.HC",
        stems="Mal Intru Threat Secure Sentry",
        settings="in network traffic; on Android phones; under evasion; from few samples; in industrial control; for web users",
        terms="malware; intrusion detection; network traffic; system calls; zero-day attacks; anomaly detection; phishing; security analysts; evasion attacks; encrypted connections; false alarms; access control; authentication; opcode sequences; vulnerabilities; botnets; side channels; cyber security",
        background="""
            new malware appears faster than analysts can write signatures
            intrusion detection systems watch network traffic for attacks
            machine learning promises to detect attacks that were never seen
            passwords alone no longer protect accounts
        """,
        gaps="""
            attackers change their programs until they evade detection
            even a low rate of false alarms overwhelms security analysts
            public traces of network traffic are old and unrealistic
            encryption hides the content of connections
            models age quickly as software changes
        """,
        methods="an intrusion detection system; a malware classifier; an anomaly detector for system calls; an authentication scheme based on typing; a phishing detector; an evasion-resistant classifier; a vulnerability scanner based on code graphs",
        leads="14 02 13 54 35 20 04",
        steps="""
            represents programs by graphs of function calls
            learns what normal traffic looks like and flags deviations
            retrains on samples that evaded it
            reads packet sizes and times only so that encryption does not matter
            groups alerts that belong to the same attack
            checks users continuously by how they type and swipe
        """,
        data="NSL-KDD; the Drebin applications; CICIDS2017; a month of traffic from a campus; the Microsoft malware collection; system call traces",
        metrics="detection rate 82..99%; false alarm rate 0.2..4.8% down; F1 score 0.80..0.98",
        baselines="signature-based scanners; support vector machines; one-class classifiers; deep networks on raw bytes",
        findings="""
            detection falls by ten points when training and test are separated in time
            call graphs survive common obfuscation
            half of the alerts can be merged
            timing alone reveals most attacks
            evasion becomes costly but not impossible
        """,
        meanings="""
            evaluation in security has to respect time
            attackers should be part of the model
            alerts need explanations to be of use to analysts
        """,
    ),
    topic(
        name="privacy-preserving learning",
        share=17,
        labels="cs.LG cs.CR stat.ML 5; cs.CR cs.LG 4; cs.LG cs.CR 3; cs.LG cs.DC 1; cs.DS cs.LG 1; cs.CR 1",
        extra="cs.DC cs.DS cs.CY stat.ML cs.SI",
        stems="Priv Secret Shield Safe Crypt",
        settings="under differential privacy; with secure computation; for mobile users; against membership inference; for medical records; with local noise",
        terms="differential privacy; privacy budgets; membership inference; secure aggregation; homomorphic encryption; noise mechanisms; sensitive records; local privacy; gradient clipping; composition theorems; private queries; anonymisation; data owners; cryptographic protocols; synthetic data; utility; leakage",
        background="""
            models trained on personal data can reveal who was in the training set
            differential privacy limits what can be learned about any single person
            hospitals and banks may not share their records
        """,
        gaps="""
            noise that protects privacy destroys accuracy on small data sets
            cryptographic protocols are too slow for deep networks
            composition of many queries exhausts the privacy budget
            anonymised records can be linked to public ones
            it is hard to choose the privacy parameter
        """,
        methods="a differentially private training algorithm; a secure inference protocol; a membership inference attack; a private data synthesis method; a local privacy mechanism; a tighter analysis of composition",
        leads="04 15 53 34 24 40",
        steps="""
            clips gradients at a level that is itself learned privately
            splits computation between two servers that do not collude
            adds correlated noise that cancels in the aggregate
            generates synthetic records that preserve selected statistics
            spends the privacy budget where it helps most
            tells members from non-members by the loss of the model
        """,
        data="MNIST; CIFAR-10; hospital discharge records; the Adult census; location traces of taxis; MIMIC",
        metrics="accuracy at privacy budget one 62..94%; attack advantage 0.03..0.32 down; runtime overhead 1.4..30 down",
        baselines="non-private models; noisy gradient descent methods; anonymisation methods; plain secret sharing protocols",
        findings="""
            public data for pretraining recover most of the lost accuracy
            attacks succeed mainly on outliers
            the overhead of secure computation falls to a few seconds
            tighter accounting allows twice as many training steps
            simple attacks are as strong as elaborate ones
        """,
        meanings="""
            privacy should be planned before data are collected
            rare records need the strongest protection
            formal guarantees and empirical attacks complement each other
        """,
        theorems="""
            the mechanism is differentially private and its error matches the lower bound
            the privacy loss grows with the square root of the number of queries
            any private algorithm needs this many samples
        """,
    ),
    topic(
        name="human-computer interaction",
        share=20,
        labels="cs.HC 3; cs.HC cs.AI 4; cs.HC cs.LG 4; cs.CV cs.HC 3; cs.HC cs.CY 1",
        extra="cs.AI cs.CL cs.CV cs.RO cs.CY eess.SP cs.GR cs.SI",
        stems="Touch Gaze User Emo Crowd",
        settings="with wearable sensors; for crowdsourcing; by gaze; with visual analytics; for affective computing; in virtual reality",
        terms="user studies; participants; crowd workers; eye tracking; emotion recognition; gestures; visual analytics; user interfaces; wearable devices; engagement; virtual reality; workload; usability; interactive visualisation; accessibility; annotation tools; physiological signals; human feedback",
        background="""
            interfaces that adapt to the user can reduce {effort|errors}
            crowd workers label data for machine learning at low cost
            emotions show in faces, voices and physiological signals
            analysts explore data with interactive visualisation
        """,
        gaps="""
            adaptation that users do not understand annoys them
            crowd workers differ in skill and care
            signals of emotion differ between people and situations
            laboratory studies seldom reflect daily use
            visual displays are overloaded when data sets grow
        """,
        methods="an adaptive user interface; a quality control method for crowdsourcing; a gaze estimation method; an emotion recognition system; a visual analytics tool; an interactive annotation tool; an activity recognition system",
        leads="34 03 14 24 53 35 42",
        steps="""
            estimates the skill of every worker together with the labels
            predicts where the user will look next
            combines facial expressions with heart rate
            lets users correct the model and shows the effect at once
            calibrates itself from everyday use
            arranges items on the screen by similarity
        """,
        data="a study with 36 participants; labels from 400 crowd workers; MPIIGaze; the DEAP recordings; logs of a web application; accelerometer data from 30 users",
        metrics="task completion time in seconds 18..95 down; label accuracy 74..95%; gaze error in degrees 2.6..7.5 down; usability score 58..88",
        baselines="static interfaces; majority votes; hand-crafted features; expert annotators",
        findings="""
            participants finish a third faster and report less effort
            five workers an item are enough when skill is modelled
            users accept adaptation if they can undo it
            emotion is recognised better from several signals than from faces alone
            experts and novices want different displays
        """,
        meanings="""
            people should stay in control of adaptive systems
            interfaces belong into the evaluation of learning systems
            paying crowd workers well improves the data
        """,
    ),
    topic(
        name="multimedia compression",
        share=17,
        labels="eess.IV cs.MM 4; cs.MM eess.IV 3; cs.CV cs.MM 3; eess.IV cs.CV 3; eess.IV cs.CV cs.LG 2; cs.MM 2",
        extra="cs.MM cs.HC cs.GR eess.SP cs.CR cs.LG",
        stems="Codec Video Quality Stream Stego",
        settings="for streaming video; at low bit rates; without reference; for screen content; with learned codecs; for hidden messages",
        terms="image compression; bit rate; video coding; perceptual quality; entropy models; JPEG artefacts; adaptive streaming; steganography; watermarking; rate-distortion trade-off; motion compensation; subjective tests; quality assessment; high dynamic range; transform coding; multimedia; frame interpolation",
        background="""
            video makes up most of the traffic on the internet
            learned codecs compress images with neural networks
            the quality of an image is what observers say it is
        """,
        gaps="""
            signal-to-noise ratios agree poorly with perceived quality
            learned codecs decode slowly
            reference images are not available in practice
            quality changes abruptly when the network is congested
            compression destroys hidden watermarks
        """,
        methods="a learned image codec; a blind image quality measure; an adaptive streaming algorithm; a video coding tool based on neural networks; a watermarking scheme; a frame interpolation network",
        leads="02 12 31 52 42 52",
        steps="""
            models the entropy of latent codes with a spatial context
            predicts the distribution of opinions and not just their mean
            allocates bits to regions that observers look at
            chooses the next segment from predicted throughput
            embeds a message in coefficients that survive compression
            restores frames inside the coding loop
        """,
        data="Kodak images; the LIVE quality data; KonIQ-10k; traces of mobile networks; the HEVC test sequences; Vimeo clips",
        metrics="rank correlation with opinion scores 0.72..0.95; bit rate saving 4..28%; peak signal-to-noise ratio in decibels 29..40; number of stalls per hour 0.4..6.0 down",
        baselines="standard codecs; hand-crafted quality measures; buffer-based streaming algorithms; transform coding methods",
        findings="""
            observers prefer the reconstruction at half the bit rate
            faces and text decide how quality is judged
            the context model accounts for most of the saving
            stalls annoy viewers more than blur
            the hidden message survives recompression
        """,
        meanings="""
            perception should be the target of compression
            decoding speed decides whether learned codecs will be used
            quality has to be measured with people
        """,
    ),
)
