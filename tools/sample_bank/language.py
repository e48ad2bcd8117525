"""Language, speech and sound."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="neural machine translation",
        share=20,
        labels="cs.CL 6; cs.CL cs.LG 3; cs.CL cs.AI 2; cs.LG cs.CL 1",
        extra="stat.ML cs.NE cs.AI cs.LG cs.IR",
        stems="Trans Lingua Babel Word Align",
        settings="for low-resource languages; at document level; into morphologically rich languages; without parallel text; in simultaneous interpretation",
        terms="attention mechanisms; parallel corpora; subword units; encoder-decoder models; beam search; back-translation; source sentences; target words; word alignment; sequence-to-sequence learning; transformers; monolingual text; language pairs; morphology; recurrent decoders; BLEU scores",
        background="""
            encoder-decoder models with attention have {replaced|overtaken} phrase-based systems for {most|many} language pairs
            a single multilingual model can translate between dozens of languages
            translation quality rises with the number of parallel sentences
            {professional translators|readers} judge a text by its coherence as much as by its single sentences
        """,
        gaps="""
            most of the world's languages have hardly any parallel text
            sentences are translated one by one, so pronouns and terms change within a document
            rare words and names are often {mistranslated|left out}
            beam search favours translations that are too short
            decoding word by word makes translation slow
            fluent output can hide that part of the source sentence was dropped
        """,
        methods="a document-level translation model; a multilingual encoder with language-specific decoders; a back-translation scheme with filtering; a non-autoregressive decoder; a character-aware transformer; a lexicon-guided attention mechanism",
        leads="16 52 05 46 23 36",
        steps="""
            translates monolingual text back into the source language and filters the result by round-trip agreement
            attends to the preceding sentences of source and target text
            splits words into subword units that respect morphology
            copies rare words from a bilingual dictionary
            predicts all target words in parallel and then repairs repetitions
            shares its encoder across related languages
            penalises source words that receive too little attention
        """,
        data="WMT14 English-German; IWSLT; WMT16 Romanian-English; a corpus of parliamentary debates; a Swahili-English corpus of 60,000 sentences; the Europarl corpus",
        metrics="BLEU score 14..41; translation edit rate 38..62% down; pronoun accuracy 55..80%",
        baselines="transformer baselines; phrase-based systems; recurrent encoder-decoder models; bilingual models",
        findings="""
            filtering matters more than the amount of back-translated text
            human judges prefer the document-level output in two of three cases
            related languages help one another even when their scripts differ
            gains are largest for sentences of more than thirty words
            attention weights are an unreliable guide to word alignment
        """,
        meanings="""
            a little linguistic knowledge still goes a long way for small languages
            translation should be evaluated on documents and not on sentences
            monolingual text is the most underused resource in translation
        """,
    ),
    topic(
        name="named entity recognition",
        share=14,
        labels="cs.CL 6; cs.CL cs.IR 1; cs.CL cs.LG 3; cs.CL cs.AI 2",
        extra="cs.IR cs.LG cs.AI stat.ML",
        stems="Entity Span Tag Relate Extract",
        settings="in clinical notes; in news text; across languages; with distant supervision; in social media posts",
        terms="sequence labelling; conditional random fields; word embeddings; entity mentions; relation extraction; gazetteers; character-level representations; distant supervision; bidirectional recurrent networks; entity linking; annotated corpora; nested entities; tokens; contextual embeddings; coreference",
        background="""
            {names of people, places and organisations|mentions of drugs, genes and diseases} carry much of the information in a text
            information extraction turns free text into entries of a database
            sequence labelling with recurrent networks has removed the need for hand-written features
        """,
        gaps="""
            annotated corpora exist for news text but not for {clinical notes|legal documents}
            nested and discontinuous mentions do not fit the usual tagging scheme
            distant supervision labels sentences that do not express the relation
            informal text breaks assumptions about capitals and spelling
            new entities appear daily and are in no dictionary
        """,
        methods="a span-based entity tagger; a joint model of entities and relations; a distantly supervised relation extractor; a character-aware sequence labelling model; a cross-lingual tagger; a gazetteer-enhanced recurrent network",
        leads="01 15 34 25 43 52",
        steps="""
            scores every span of words as a possible entity mention
            predicts entities and the relations between them in one pass
            reads words letter by letter to cope with unknown names
            learns from partial annotations by summing over all consistent label sequences
            projects labels from English sentences onto their translations
            consults a gazetteer through soft matching
        """,
        data="CoNLL-2003; OntoNotes; a corpus of 2,000 discharge summaries; ACE 2005; the NYT relation corpus; GENIA abstracts",
        metrics="entity F1 66..93%; relation F1 42..71%; unseen entity recall 40..72%",
        baselines="recurrent taggers with CRF layers; pipeline systems; feature-based taggers; dictionary lookups",
        findings="""
            most remaining errors concern the exact extent of a mention
            joint training helps relations more than entities
            a dictionary helps only for entity types with a closed vocabulary
            two hundred annotated sentences suffice to adapt the tagger
            character-level features matter most in noisy text
        """,
        meanings="""
            span-based models are a simple answer to nested entities
            incomplete annotation is better than none if it is treated as incomplete
            tools for extraction should be tuned to the language of the domain
        """,
    ),
    topic(
        name="sentiment analysis",
        share=14,
        labels="cs.CL 6; cs.CL cs.LG 3; cs.CL cs.SI 2; cs.CL cs.IR 1; cs.CL cs.AI 1",
        extra="cs.SI cs.IR cs.CY cs.LG cs.AI",
        stems="Senti Mood Opinion Aspect Review",
        settings="of product reviews; on Twitter; at the level of aspects; in code-mixed text; across domains",
        terms="opinion words; sentiment lexicons; tweets; word vectors; aspect terms; polarity; sarcasm; long short-term memory; text classification; negation; emoticons; domain adaptation; review texts; emotion categories; support vector machines",
        background="""
            people share opinions about {products|politics|films} in millions of short texts a day
            companies follow reviews and tweets to learn what customers think
            one review often praises one aspect and criticises another
        """,
        gaps="""
            sarcasm turns the literal meaning of a sentence around
            words change their polarity from one domain to another
            negation and comparison are beyond models that count words
            posts mix languages, dialects and emoticons
            lexicons exist for few languages
        """,
        methods="an aspect-aware attention network; a lexicon-enhanced text classifier; a recursive network over parse trees; a domain-adversarial sentiment model; a sarcasm detector with conversational context; a convolutional network for short texts",
        leads="04 20 14 52 34 24",
        steps="""
            attends to the opinion words that belong to a given aspect
            composes the polarity of a sentence along its parse tree
            learns word vectors that separate good from bad as well as topics
            reads the preceding tweets of a conversation before it judges the last one
            marks the scope of negation with an auxiliary tagger
            aligns review texts of two domains in a shared space
        """,
        data="the Stanford Sentiment Treebank; IMDB film reviews; the SemEval tweets; Amazon reviews; a corpus of 15,000 Hindi-English posts; Yelp reviews",
        metrics="macro-averaged F1 55..82%; classification accuracy 72..94%",
        baselines="bag-of-words classifiers; recurrent sentiment models; lexicon-based methods; support vector machines",
        findings="""
            a linear model on n-grams remains surprisingly strong on long reviews
            most confusion is between neutral and mildly positive texts
            emoticons are the most reliable single cue in tweets
            attention to aspects helps where opinions are mixed
            annotators themselves disagree on every tenth text
        """,
        meanings="""
            sentiment cannot be read from words without their domain
            agreement among annotators sets a limit that models have nearly reached
            fine-grained opinions deserve fine-grained models
        """,
    ),
    topic(
        name="question answering",
        share=16,
        labels="cs.CL 5; cs.CL cs.AI 4; cs.CL cs.LG 2; cs.AI cs.CL 1; cs.CL cs.IR 1",
        extra="cs.IR cs.LG cs.NE cs.AI",
        stems="Answer Query Read Evidence Reason",
        settings="over text passages; over knowledge bases; with several reasoning steps; in the open domain; with unanswerable questions",
        terms="reading comprehension; answer spans; passage retrieval; supporting sentences; attention; question types; pretrained language models; multi-hop reasoning; candidate answers; memory networks; semantic parsing; textual evidence; paraphrases; answer sentence selection; natural language understanding",
        background="""
            a system that answers questions in natural language must {find, read and combine|retrieve and understand} textual evidence
            reading comprehension has become a {test bed|yardstick} for natural language understanding
            people ask search engines full questions more and more often
        """,
        gaps="""
            models answer by matching words near the question and not by understanding
            questions that need two passages defeat systems that read one
            systems give an answer even if the text holds none
            a single added sentence can mislead the reader model
            training questions were written by people who saw the answer
        """,
        methods="a multi-hop reading model; a retrieve-and-read architecture; a memory network over sentences; a semantic parser for questions; an answer verifier; a graph-based reader",
        leads="01 01 15 34 25 40",
        steps="""
            retrieves passages step by step, each conditioned on the ones before
            marks supporting sentences before it extracts the answer span
            checks whether the passage entails the candidate answer
            turns a question into a query over a knowledge base
            builds a graph of the entities in all passages and reasons over it
            refuses to answer when no passage supports one
        """,
        data="SQuAD; HotpotQA; Natural Questions; WebQuestions; bAbI; a set of 5,000 questions on school science; TriviaQA",
        metrics="exact match score 38..82%; answer F1 45..88%; evidence recall 50..85%",
        baselines="single-passage readers; recurrent readers; memory networks; pipeline systems",
        findings="""
            a third of the supposed multi-hop questions can be answered from one sentence
            retrieval limits accuracy more than reading
            marking evidence makes answers easier to trust
            misleading sentences lose most of their effect
            larger language models mainly help with paraphrases
        """,
        meanings="""
            answers should come with the sentences that support them
            progress in reading is held back by retrieval
            test questions need to rule out shortcuts
        """,
    ),
    topic(
        name="dialogue modelling",
        share=12,
        labels="cs.CL 5; cs.CL cs.AI 4; cs.CL cs.LG 2; cs.AI cs.CL 1; cs.HC cs.AI 1",
        extra="cs.HC cs.AI cs.LG cs.IR",
        stems="Dialog Turn Chat Speak Reply",
        settings="for task-oriented assistants; in open-domain chat; with user feedback; for restaurant booking; grounded in documents",
        terms="dialogue state; user goals; response generation; slot values; belief tracking; user simulators; conversational agents; sequence-to-sequence models; dialogue acts; policy learning; utterances; natural language generation; intent detection; human evaluation; response diversity",
        background="""
            conversational agents help people {book tables|find train connections|solve technical problems} in their own words
            a dialogue system has to track what the user wants over many turns
            chat models trained on film subtitles produce fluent replies
        """,
        gaps="""
            generated replies are dull and contradict one another
            every new domain needs its own annotated dialogues
            automatic scores hardly agree with human judgement
            errors in belief tracking pile up over turns
            reinforcement learning with real users is slow and tries their patience
        """,
        methods="an end-to-end dialogue agent; a belief tracker with open vocabulary; a persona-consistent response generator; a hierarchical dialogue policy; a user simulator trained on conversations; a document-grounded chat model",
        leads="20 04 14 23 32 54",
        steps="""
            copies slot values from the user's words in place of choosing from a list
            scores candidate replies by how specific they are to the conversation
            plans the next dialogue act before it generates words
            practises with a simulated user and then adapts to real ones
            keeps a summary of what has been agreed so far
            grounds each utterance in a retrieved paragraph
        """,
        data="MultiWOZ; DSTC2; PersonaChat; the Ubuntu dialogue corpus; 3,000 conversations with museum visitors",
        metrics="joint goal accuracy 34..62%; task success rate 58..90%; distinct bigram ratio 6..22%",
        baselines="sequence-to-sequence chat models; rule-based agents; retrieval-based systems; modular pipelines",
        findings="""
            human judges find the replies more specific and less repetitive
            half of the tracking errors stem from misspelt names
            the simulated user saves four fifths of the real conversations
            longer histories help less than a good summary
            automatic and human rankings agree only for extreme cases
        """,
        meanings="""
            dialogue systems should be judged by people who have a goal
            state tracking and language generation are better learned together
            a conversation is more than a sequence of replies
        """,
    ),
    topic(
        name="word representation learning",
        share=14,
        labels="cs.CL 6; cs.CL cs.LG 4; cs.CL cs.AI 1; cs.CL cs.LG stat.ML 1; cs.CL cs.NE 1",
        extra="stat.ML cs.NE cs.AI cs.IR cs.CY",
        stems="Vec Lexi Embed Gloss Morph",
        settings="for rare words; across languages; for historical texts; with contextual models; under gender bias",
        terms="word embeddings; distributional semantics; co-occurrence counts; analogies; lexical similarity; language models; corpora; polysemy; word senses; subword information; hypernyms; bilingual lexicons; syntax; pretrained encoders; linguistic probes; vocabulary",
        background="""
            words that occur in similar contexts tend to have similar meanings
            nearly every natural language processing system starts from word embeddings
            contextual language models assign a different vector to each occurrence of a word
            pretraining on large corpora followed by fine-tuning is now the default in language technology
        """,
        gaps="""
            a single vector cannot represent all senses of a word
            rare words are seen too seldom for a good representation
            embeddings inherit the stereotypes of the texts they are trained on
            it is unclear what linguistic knowledge pretrained encoders hold
            embedding spaces of unrelated languages are hard to align
        """,
        methods="a sense-aware embedding model; a subword composition model; a linear map between bilingual embedding spaces; a probing study of pretrained encoders; a debiasing projection; a compact language model",
        leads="10 05 21 34 43 65",
        steps="""
            composes the vector of a rare word from its letters and its contexts
            learns several vectors a word and chooses between them by context
            aligns two monolingual spaces with a few hundred seed translations
            probes each layer for {syntax|morphology|word order}
            removes the direction that encodes a stereotype
            masks whole words and phrases during pretraining
            distils a large language model into a smaller one
        """,
        data="WordSim-353; SimLex-999; Wikipedia dumps in six languages; the Penn Treebank; GLUE; a corpus of newspapers since 1850",
        metrics="rank correlation with human ratings 0.42..0.79; analogy accuracy 48..76%; perplexity 38..96 down",
        baselines="skip-gram embeddings; count-based vectors; recurrent language models; static embeddings",
        findings="""
            lower layers hold syntax and upper layers hold meaning
            a few hundred word pairs align related languages well
            removing a bias from the vectors does not remove it from the classifier
            tuning of hyperparameters explains much of the gap between models
            morphology helps most in Finnish and Turkish
        """,
        meanings="""
            rare words deserve attention out of proportion to their frequency
            probing should control for what the probe itself can learn
            embeddings should be compared under equal tuning
        """,
    ),
    topic(
        name="text summarisation",
        share=10,
        labels="cs.CL 6; cs.CL cs.LG 2; cs.CL cs.IR 2; cs.CL cs.AI 2",
        extra="cs.IR cs.LG cs.AI",
        stems="Sum Brief Digest Gist Abridge",
        settings="of news articles; of scientific papers; of several documents; with factual consistency; of meeting transcripts",
        terms="extractive summaries; abstractive generation; sentence ranking; coverage; pointer networks; salient sentences; reference summaries; document structure; redundancy; discourse; text generation; ROUGE; topic sentences; paraphrasing; pretrained decoders",
        background="""
            readers need the gist of long documents in a few sentences
            extractive systems select sentences and abstractive systems write new ones
            scientific articles follow a fixed discourse structure
        """,
        gaps="""
            generated summaries state things that the document does not say
            overlap with a reference summary is a poor measure of quality
            long documents do not fit into the encoder
            news articles put the main points first, which rewards trivial systems
            repetition spoils longer summaries
        """,
        methods="a two-stage extract-and-rewrite model; a pointer network with coverage; a structure-aware summariser; a factuality checker for summaries; a graph-based sentence ranker; a hierarchical encoder for long documents",
        leads="05 15 20 35 42 24",
        steps="""
            selects salient sentences and rewrites each of them
            tracks what has been covered so that nothing is said twice
            encodes sections separately and combines them with attention
            compares every claim of the summary with the source text
            ranks sentences by random walks on a similarity graph
            copies names and numbers from the source in place of generating them
        """,
        data="CNN/Daily Mail; DUC 2004; a corpus of 30,000 scientific articles; XSum; the AMI meeting transcripts",
        metrics="ROUGE-1 32..46; ROUGE-L 28..42; share of supported claims 62..93%",
        baselines="lead sentences; pointer-generator models; extractive rankers; sequence-to-sequence summarisers",
        findings="""
            taking the first three sentences is hard to beat on news text
            one in five sentences of earlier systems is not supported by the source
            readers prefer short and faithful summaries to fluent ones
            section titles help with scientific articles
            rewriting shortens sentences without loss of content
        """,
        meanings="""
            faithfulness should come before fluency
            evaluation on news alone gives a distorted picture
            extraction and generation are complementary
        """,
    ),
    topic(
        name="automatic speech recognition",
        share=18,
        labels="cs.CL cs.SD eess.AS 4; eess.AS cs.CL cs.SD 3; cs.SD cs.LG eess.AS 2; eess.AS cs.SD 1; cs.CL 1",
        extra="cs.LG stat.ML cs.NE eess.SP cs.HC",
        stems="Speech Phone Voice Utter Aco",
        settings="in noisy rooms; with little transcribed speech; for children; on streaming audio; across accents; for speaker verification",
        terms="acoustic models; language models; phonemes; connectionist temporal classification; spectrograms; far-field microphones; speaker embeddings; Mel filter banks; transcripts; hidden Markov models; beamforming; pronunciation lexicons; end-to-end models; speech enhancement; utterances; text-to-speech",
        background="""
            voice assistants depend on recognising speech from across the room
            end-to-end models map audio to letters without a pronunciation lexicon
            acoustic models and language models were trained apart for decades
            the human voice reveals {identity|emotion|age} as well as words
        """,
        gaps="""
            reverberation and background noise degrade speech recognition
            transcribed speech is scarce for most languages and accents
            attention over the whole utterance rules out streaming
            names and technical words are seldom recognised
            speakers recorded over the telephone sound unlike those in the training corpus
        """,
        methods="a streaming speech recogniser; a noise-robust acoustic model; a multi-microphone enhancement front end; a speaker-adaptive recurrent network; a self-trained speech encoder; a neural vocoder; a speaker verification system",
        leads="04 51 15 24 34 25 62",
        steps="""
            emits letters as soon as the evidence in the spectrogram suffices
            estimates masks for speech and noise and steers a beamformer with them
            adapts to a speaker from ten seconds of audio
            predicts masked stretches of audio before it sees any transcripts
            rescores hypotheses with an external language model
            mixes clean utterances with recorded noise and simulated room acoustics
            compares speaker embeddings by a learned distance
        """,
        data="LibriSpeech; Switchboard; the CHiME recordings; TIMIT; VoxCeleb; 90 hours of Icelandic radio; the AMI far-field recordings",
        metrics="word error rate 4..24% down; phone error rate 14..24% down; equal error rate 2..9% down",
        baselines="hybrid HMM systems; attention-based recognisers; recurrent acoustic models; i-vector systems",
        findings="""
            untranscribed audio can replace nine tenths of the transcripts
            the delay stays below a third of a second
            enhancement that sounds better does not always lead to fewer word errors
            accents absent from training gain the most
            the external language model helps mainly with names
        """,
        meanings="""
            streaming and accuracy are compatible in speech recognition
            front end and acoustic model are best trained together
            small languages can be served with untranscribed speech
        """,
    ),
    topic(
        name="music information retrieval",
        share=13,
        labels="cs.SD eess.AS 4; cs.SD cs.LG eess.AS 4; cs.SD cs.IR eess.AS 1; cs.SD cs.MM eess.AS 1",
        extra="cs.LG cs.IR cs.MM stat.ML cs.AI cs.NE",
        stems="Music Chord Melo Beat Tone",
        settings="in polyphonic recordings; for genre tagging; from audio alone; for symbolic scores; in singing",
        terms="spectrograms; chord sequences; pitch; instruments; beat tracking; chroma features; audio signals; onset detection; melody; timbre; source separation; symbolic music; harmonic structure; genre labels; MIDI; audio tagging; music generation; singing voice",
        background="""
            music catalogues with millions of recordings call for automatic description
            transcription turns an audio recording into notes
            {chords, beats and melody|pitch, rhythm and timbre} depend on one another in most musical styles
            composers use generative models as a source of ideas
        """,
        gaps="""
            overtones of several instruments overlap in the spectrum
            note-level annotations exist for little more than piano music
            generated melodies wander without form
            tempo changes mislead beat trackers
            singing slides between pitches and does not keep to the notes of the scale
        """,
        methods="a harmonic convolutional network; a polyphonic transcription system; a music source separation network; a beat tracker based on recurrent networks; a melody generator with long-range structure; an audio tagging model",
        leads="04 30 10 23 53 40",
        steps="""
            stacks shifted spectrograms so that overtones line up
            estimates a mask for every instrument and applies it to the mixture
            tracks beats and downbeats with a dynamic Bayesian network
            models notes, durations and velocities with separate decoders
            learns audio features from the tags that listeners supply
            plans the form of a piece before it fills in the notes
        """,
        data="MAESTRO; the MagnaTagATune clips; MUSDB18; the GTZAN genre collection; 400 annotated string quartets; the Million Song Dataset",
        metrics="note F1 58..94%; signal-to-distortion ratio in decibels 3.6..7.9; tagging AUC 0.84..0.93",
        baselines="hand-crafted chroma features; recurrent transcription models; matrix factorisation methods; convolutional taggers",
        findings="""
            listeners prefer the separated voices in blind tests
            most octave errors disappear
            augmenting the audio by pitch shifts is worth more than deeper networks
            genre labels are too inconsistent for accuracies beyond nine in ten
            structure learned from folk songs carries over to piano pieces
        """,
        meanings="""
            musical knowledge is best placed in the input representation
            separation and transcription should be solved jointly
            listening tests remain indispensable
        """,
    ),
    topic(
        name="sound event detection",
        share=12,
        labels="cs.SD eess.AS 4; cs.SD cs.LG eess.AS 3; eess.AS cs.SD 2; eess.AS cs.LG cs.SD 1",
        extra="cs.LG eess.SP cs.MM stat.ML cs.NE cs.HC",
        stems="Sound Audio Sonic Echo Noise",
        settings="in domestic recordings; with weak labels; in city streets; for wildlife monitoring; with microphone arrays",
        terms="acoustic scenes; log-Mel spectrograms; audio clips; weak labels; source localisation; microphone arrays; speech separation; reverberation; convolutional recurrent networks; audio embeddings; time-frequency masks; bird calls; environmental sounds; denoising; waveforms",
        background="""
            sounds tell {what happens in a house at night|which birds live in a forest|whether a machine is about to fail}
            acoustic scene classification assigns a recording to a place such as {a park|a station}
            separating the voices at a cocktail party comes easily to people and not to machines
        """,
        gaps="""
            onsets and offsets of sounds are seldom annotated
            events overlap in time and frequency
            recording devices colour the sound and mislead the classifier
            the number of sources is not known beforehand
            rare sounds make up a few seconds of a day of audio
        """,
        methods="a convolutional recurrent sound detector; a weakly supervised audio tagger; a time-domain source separation network; a joint localisation and detection network; a contrastive audio encoder; a device-robust acoustic scene classifier",
        leads="04 05 13 24 51 45",
        steps="""
            pools frame-level predictions with learned attention so that clip labels suffice
            works on raw waveforms with a learned filter bank
            estimates the direction of each sound from phase differences between microphones
            trains on mixtures with permutation-invariant targets
            normalises every frequency band to undo the influence of the device
            learns audio embeddings from the order of neighbouring clips
        """,
        data="AudioSet; the DCASE challenge data; ESC-50; UrbanSound8K; WSJ0-2mix; 600 hours of forest recordings",
        metrics="event F1 32..62%; mean average precision 0.28..0.45; scene accuracy 66..86%; separation gain in decibels 9..17",
        baselines="convolutional audio taggers; non-negative matrix factorisation methods; time-frequency masking networks; clip-level classifiers",
        findings="""
            weak labels come within a few points of strong ones
            mixing of training clips is the most useful augmentation
            short events such as {door knocks|dog barks} remain the hardest
            the learned filter bank resembles the hearing scale
            errors across devices fall by a third
        """,
        meanings="""
            detailed time annotations are rarely worth their cost
            listening machines can run on small battery-powered devices
            separation and detection of sounds should share their features
        """,
    ),
)
