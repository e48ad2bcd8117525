"""Artificial intelligence: knowledge, planning, reasoning, agents and games."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="automated planning",
        share=14,
        labels="cs.AI 9; cs.AI cs.RO 2; cs.AI cs.LG 1; cs.AI cs.MA 1",
        extra="cs.RO cs.MA cs.DS cs.LG",
        stems="Plan Goal Act Heur Task",
        settings="with numeric state; under partial observability; in temporal domains; with learned heuristics; with preferences",
        terms="heuristic search; planning domains; action models; delete relaxation; landmarks; state spaces; plan quality; hierarchical task networks; goals; action preconditions; contingent plans; admissible heuristics; plan libraries; symbolic representations; goal recognition; plan execution; belief states",
        background="""
            automated planning finds sequences of actions that lead from an initial state to a goal
            domain-independent planners read a formal description of actions and goals
            heuristic search with relaxed problems is the dominant approach in classical planning
            agents that help people have to recognise the goals behind their actions
        """,
        gaps="""
            writing a complete model of actions requires an expert
            admissible heuristics are weak in domains with many resources
            plans break when the world does not behave as the model says
            the state space grows exponentially with the number of objects
            users cannot tell why a planner chose one plan and not another
        """,
        methods="a landmark-based heuristic; a hierarchical planner; a contingent planning algorithm; a compilation of temporal problems; an explanation method for plans; a planner that learns action models; a portfolio of planners",
        leads="16 45 26 03 54 36 60",
        steps="""
            compiles preferences into ordinary goals and action costs
            extracts landmarks that every plan has to reach
            searches over belief states represented by formulas
            learns preconditions and effects from observed plan traces
            reuses solutions of subgoals stored in a plan library
            answers contrastive questions about the plan
            prunes actions that cannot contribute to any goal
        """,
        data="the international planning competition; logistics and blocks world problems; a kitchen domain; Sokoban; satellite scheduling problems",
        metrics="share of solved problems 42..91%; number of expanded states in thousands 3..220 down; plan cost ratio 1.01..1.50 down",
        baselines="delete relaxation planners; blind search methods; satisfiability-based planners; greedy best-first search planners",
        findings="""
            landmarks pay for their cost in all but the smallest problems
            learned action models need fewer than fifty plan traces
            no single planner is best in more than a third of the domains
            explanations help users to find mistakes in the domain description
            most time is spent on states that lead nowhere
        """,
        meanings="""
            planning and execution should share one model of the world
            portfolios are a practical answer to the diversity of domains
            planners have to be able to justify their plans
        """,
        theorems="""
            the heuristic is admissible and consistent
            deciding whether a plan exists is complete for polynomial space even in this fragment
            the compilation preserves the length of optimal plans
        """,
    ),
    topic(
        name="knowledge graph completion",
        share=14,
        labels="cs.AI 2; cs.AI cs.LG 3; cs.CL cs.AI 3; cs.LG cs.AI 3; cs.AI cs.CL 2; cs.IR cs.AI 1",
        extra="cs.IR cs.SI cs.CL stat.ML cs.LG",
        stems="Fact Rel Triple Onto Entity",
        settings="with few facts a relation; over time; with logical rules; from text; with numeric attributes",
        terms="entity embeddings; relations; triples; link prediction; logical rules; negative sampling; knowledge bases; translation-based models; bilinear models; path reasoning; entity types; ontologies; symbolic reasoning; graph queries; entity resolution; semantic web; facts",
        background="""
            knowledge graphs store facts as triples of two entities and a relation
            search engines and question answering systems draw on knowledge bases
            knowledge bases are built by volunteers and from text, and are never complete
        """,
        gaps="""
            most relations have only a few known facts
            embedding models cannot explain why a fact should hold
            a missing fact is not a false one
            facts change over time
            popular benchmarks contain inverse relations that give the answer away
        """,
        methods="a rule-guided embedding model; a temporal knowledge graph model; a path-based reasoning agent; a few-shot relation model; a bilinear embedding with type constraints; a neural theorem prover",
        leads="13 54 24 43 30 12",
        steps="""
            represents relations as rotations in the complex plane
            mines logical rules and lets them guide the embedding
            walks from entity to entity in search of evidence
            draws negative triples that respect entity types
            combines descriptions of entities with the structure of the graph
            attaches a period of validity to every fact
        """,
        data="FB15k-237; WN18RR; YAGO; Wikidata; NELL; a knowledge graph of proteins and drugs; ICEWS events",
        metrics="mean reciprocal rank 0.22..0.52; hit rate at ten 38..64%; triple classification accuracy 76..93%",
        baselines="translation-based embeddings; bilinear models; rule mining systems; convolutional link predictors",
        findings="""
            rules help most for relations with few facts
            simple bilinear models are competitive when trained well
            half of the predicted facts counted as wrong are in fact true
            paths of length three hold most of the evidence
            entity types alone explain a good part of the ranking
        """,
        meanings="""
            symbolic and neural reasoning have complementary strengths
            rankings should not punish true but missing facts
            explanations in the form of paths make predictions verifiable
        """,
    ),
    topic(
        name="constraint satisfaction",
        share=13,
        labels="cs.AI 12; cs.AI cs.DS 1",
        extra="cs.DS cs.NE math.OC cs.LG",
        stems="Sat Solve Clause Cons Prop",
        settings="with global constraints; by local search; for scheduling; with quantifiers; by learning",
        terms="satisfiability; constraint propagation; clause learning; backtracking; global constraints; branching heuristics; arc consistency; local search; symmetry breaking; tree decompositions; propositional formulas; solvers; integer programming; scheduling problems; backbones; model counting; treewidth",
        background="""
            {timetabling, scheduling and configuration|many scheduling and design problems} are constraint satisfaction problems
            modern satisfiability solvers handle formulas with millions of clauses
            constraint propagation removes values that cannot be part of any solution
        """,
        gaps="""
            the running time of a solver varies by orders of magnitude between similar instances
            symmetric solutions are explored again and again
            branching heuristics are tuned by hand
            stronger propagation costs more than it saves on easy problems
            it is not understood why industrial formulas are easy
        """,
        methods="a branching heuristic based on conflicts; a propagator for a global constraint; a symmetry breaking method; a local search solver; a model counting algorithm; an algorithm selection method for solvers",
        leads="03 14 50 32 43 25",
        steps="""
            branches on variables that occurred in recent conflicts
            derives explanations for each pruned value
            chooses between solvers by features of the instance
            restarts often and keeps what it has learned
            decomposes the problem along a tree of small width
            breaks symmetries dynamically during search
        """,
        data="the satisfiability competition; random formulas near the threshold; nurse rostering problems; quasigroup completion; the MiniZinc challenge",
        metrics="share of solved instances 48..89%; median solving time in seconds 4..310 down; number of conflicts in thousands 6..190 down",
        baselines="clause learning solvers; backtracking solvers; integer programming solvers; random restarts",
        findings="""
            a quarter more instances are solved within an hour
            explanations reduce the search tree by half
            solvers are complementary on crafted instances
            symmetry breaking helps only if it agrees with the branching
            community structure explains much of the hardness
        """,
        meanings="""
            algorithm selection is as effective as better algorithms
            structure in industrial instances deserves a theory of its own
            propagation should be lazy by default
        """,
        theorems="""
            enforcing full consistency is intractable while the weaker notion takes polynomial time
            the problem is fixed-parameter tractable in the treewidth
            the counting problem is hard even for formulas with two literals a clause
        """,
    ),
    topic(
        name="logic-based knowledge representation",
        share=14,
        labels="cs.AI 13",
        extra="cs.MA cs.CL cs.DS cs.CY",
        stems="Logi Rule Onto Belief Arg",
        settings="with exceptions; under inconsistency; for ontologies; in answer set programming; about actions",
        terms="answer set programming; description logics; stable models; non-monotonic reasoning; belief revision; ontologies; argumentation frameworks; default rules; complexity results; logic programs; semantics; possible worlds; fuzzy logic; query answering; inconsistency; causality; formal languages; modal operators",
        background="""
            intelligent systems need formal languages in which knowledge can be stated and reasoned with
            answer set programming describes a problem by rules and leaves the search to a solver
            people revise their beliefs when they learn that an exception applies
            ontologies define the concepts of a domain and the relations between them
        """,
        gaps="""
            classical logic derives everything from a contradiction
            expressive description logics make reasoning intractable
            several semantics have been proposed and their relation is not understood
            rules with exceptions are difficult to maintain
            existing formalisms separate knowledge about time from knowledge about actions
        """,
        methods="a semantics for rules with preferences; a tractable description logic; an axiomatic account of belief change; an argumentation framework with weights; a translation into answer set programs; a formalism for reasoning about actions; a fuzzy extension of logic programs",
        leads="04 12 31 51 42 01 40",
        steps="""
            interprets defaults by an ordering of possible worlds
            isolates inconsistent parts of the knowledge base
            translates queries over the ontology into ordinary database queries
            characterises rational belief change by {five|six} postulates
            extends stable models to formulas with nested operators
            evaluates arguments by the strength of their attackers
        """,
        data="medical ontologies; a legal case base; crafted rule sets; the answer set programming competition; a description of a space shuttle",
        metrics="share of queries answered in a minute 58..96%; reasoning time in seconds 1.2..48 down",
        baselines="tableau reasoners; earlier semantics; classical encodings; theorem provers",
        findings="""
            the new semantics agrees with intuition on all examples from the literature
            reasoning remains tractable for most ontologies in use
            the translation is only linear in the size of the program
            earlier formalisms are obtained as special cases
            inconsistency is confined to a few axioms in practice
        """,
        meanings="""
            expressive power and tractability can be balanced
            a common semantic basis clarifies how formalisms are related
            reasoning with exceptions is ready for use in {law|medicine}
        """,
        theorems="""
            satisfiability in the extended logic remains decidable
            the two semantics coincide for stratified programs
            the postulates characterise exactly the operators given by total preorders
            the complexity rises by one level of the polynomial hierarchy
        """,
    ),
    topic(
        name="probabilistic graphical modelling",
        share=12,
        labels="cs.AI 5; cs.LG cs.AI stat.ML 3; cs.AI cs.LG 2; cs.AI stat.ML 2; stat.ML cs.LG 1",
        extra="stat.ME cs.DS cs.LG stat.ML",
        stems="Belief Graph Factor Markov Infer",
        settings="with hidden variables; from incomplete data; over time; with context-specific independence; in relational domains",
        terms="Bayesian networks; belief propagation; Markov random fields; conditional independence; structure learning; influence diagrams; junction trees; evidence; probabilistic inference; factor graphs; loopy networks; decision making under uncertainty; expert knowledge; probabilistic programs; dynamic Bayesian networks; lifted inference",
        background="""
            Bayesian networks represent a joint distribution by a graph of conditional dependences
            diagnosis under uncertainty combines expert knowledge with data
            exact inference in probabilistic networks is exponential in the treewidth
        """,
        gaps="""
            belief propagation may fail to converge on graphs with cycles
            the number of possible structures is superexponential
            experts are uncertain about the probabilities they state
            hidden variables make learning non-convex
            identical objects lead to repeated computations
        """,
        methods="a message passing algorithm; a structure learning algorithm; a lifted inference method; an anytime inference algorithm; a probabilistic programming system; an influence diagram solver",
        leads="23 15 03 42 34 54",
        steps="""
            groups interchangeable variables and treats them as one
            searches over orderings of variables in place of graphs
            damps messages according to their history
            exploits independence that holds only in certain contexts
            bounds the probability of evidence from both sides
            elicits intervals in place of probabilities from experts
        """,
        data="the Alarm network; medical diagnosis networks; grid models; a model of sensor failures; the UAI evaluation",
        metrics="log-likelihood error 0.02..0.40 down; structural Hamming distance 4..38 down; inference time in seconds 0.4..22 down",
        baselines="junction tree algorithms; Gibbs samplers; greedy structure search methods; mean-field approximations",
        findings="""
            the bounds become tight within seconds on most networks
            lifting makes inference independent of the number of objects
            expert orderings cut the learning time by a factor of ten
            convergence is observed wherever the couplings are weak
            small samples favour simple structures
        """,
        meanings="""
            symmetry is a resource for probabilistic inference
            structure learning is feasible for hundreds of variables
            approximate inference should come with bounds
        """,
        theorems="""
            message passing converges to the unique fixed point when couplings are weak
            the score is consistent and locally decomposable
            inference in the given class takes polynomial time
        """,
    ),
    topic(
        name="multi-agent coordination",
        share=18,
        labels="cs.MA cs.AI 4; cs.AI cs.MA 6; cs.LG cs.AI cs.MA 2; cs.MA 1; cs.MA cs.LG 1",
        extra="cs.LG cs.RO cs.SI cs.DC cs.HC",
        stems="Agent Team Swarm Nego Coop",
        settings="without central control; with limited communication; in competitive games; in mixed human teams; for task allocation",
        terms="cooperative agents; Nash equilibria; communication protocols; negotiation; auctions; decentralised control; team reward; social choice; opponent modelling; emergent behaviour; joint policies; voting rules; game theory; credit assignment; coalition formation; swarms; incentives",
        background="""
            teams of agents have to coordinate although each sees only a part of the world
            {traffic lights|drones|trading programs} act independently and still influence one another
            game theory predicts how self-interested agents will behave
        """,
        gaps="""
            other agents learn too, so that the environment is never stationary
            communication is limited and may be intercepted
            the joint action space grows exponentially with the number of agents
            a shared reward does not tell who contributed to success
            agents trained together fail with unfamiliar partners
        """,
        methods="a decentralised actor-critic method; an auction-based task allocation; a learned communication protocol; a negotiation strategy; a voting mechanism; an opponent modelling technique",
        leads="03 23 15 42 35 45",
        steps="""
            trains with a central critic and acts without one
            learns when to communicate and what to say
            allocates tasks through repeated auctions
            compares the team's reward with what it would have been without one agent
            infers the goals of an opponent from its first moves
            trains each agent with a population of varied partners
        """,
        data="StarCraft micromanagement tasks; predator-prey games; simulated rescue missions; Hanabi; a traffic grid; an iterated prisoner's dilemma",
        metrics="win rate 38..92%; team reward 0.40..0.95; number of messages per episode 3..60 down",
        baselines="independent learners; central controllers; hand-written protocols; self-play agents",
        findings="""
            agents learn to communicate only when it is useful
            task allocation comes within a few per cent of the optimum
            varied partners in training make for robust cooperation
            cooperation emerges when agents meet repeatedly
            the method scales to a hundred agents
        """,
        meanings="""
            cooperation with strangers is the real test for agents
            limited communication leads to more robust teams
            incentives and learning have to be designed together
        """,
        theorems="""
            the mechanism is truthful and finds an allocation within a constant factor of the optimum
            the learning dynamics converge to a correlated equilibrium
            no voting rule satisfies all three properties
        """,
    ),
    topic(
        name="game playing by search",
        share=10,
        labels="cs.AI 6; cs.AI cs.LG 3; cs.LG cs.AI 1; cs.NE cs.AI 1",
        extra="cs.MA cs.NE cs.LG cs.HC",
        stems="Game Tree Play Move Rollout",
        settings="with imperfect information; in board games; for general games; with large branching factors; for procedural content",
        terms="Monte Carlo tree search; evaluation functions; self-play; alpha-beta pruning; rollouts; opening books; imperfect information; game trees; board positions; strategies; regret minimisation; player modelling; level generation; endgames; branching factors; human players",
        background="""
            games have served as a test bed for artificial intelligence since its beginnings
            Monte Carlo tree search evaluates positions by random playouts
            self-play produces training data without human games
        """,
        gaps="""
            hidden cards make search trees depend on beliefs
            evaluation functions have to be designed anew for every game
            rollouts overlook narrow tactical lines
            programs that beat experts are no fun for beginners
            search time is wasted on moves that transpose into one another
        """,
        methods="a tree search with learned evaluation; a regret minimisation algorithm; a general game player; a rollout policy; an adaptive opponent; a level generator",
        leads="01 21 14 04 35 53",
        steps="""
            guides the search by a network trained on self-play
            shares statistics between positions that differ little
            samples hidden cards in agreement with the bids so far
            adapts its strength to the human player
            combines shallow exhaustive search with deep selective search
            evolves levels of increasing difficulty
        """,
        data="Go on small boards; poker with two players; the general game playing competition; Hex; Angry Birds; Super Mario levels",
        metrics="win rate 46..88%; exploitability 0.03..0.30 down; number of searched nodes in thousands 5..160 down",
        baselines="alpha-beta programs; plain Monte Carlo tree search programs; rule-based players; random players",
        findings="""
            a thousand rollouts with the learned policy are worth ten thousand random ones
            sharing statistics helps in games with large branching factors
            human players prefer the adaptive opponent
            tactical blunders become rare
            strategies found by self-play differ from those in books
        """,
        meanings="""
            search and learning strengthen each other
            the aim of a game program need not be to win
            imperfect information calls for other algorithms than perfect information
        """,
    ),
    topic(
        name="algorithmic fairness",
        share=15,
        labels="cs.LG cs.CY 3; cs.CY cs.AI 3; cs.LG cs.CY stat.ML 3; cs.CY cs.LG 2; cs.LG stat.ML 2; cs.CY 1; cs.AI 1",
        extra="cs.HC cs.AI stat.ML stat.ME cs.CR cs.SI",
        stems="Fair Equal Just Audit Parity",
        settings="in lending; without sensitive attributes; over time; in criminal justice; for intersecting groups; in hiring",
        terms="demographic parity; equalised odds; protected groups; discrimination; disparate impact; accountability; bias mitigation; audits; individual fairness; social welfare; transparency; credit scoring; ethics; stakeholders; policy makers; causal pathways; trade-offs; society",
        background="""
            algorithms decide who {gets a loan|is invited to an interview|is released on bail}
            models trained on past decisions repeat past discrimination
            law makers demand that automated decisions can be explained and contested
            artificial intelligence raises ethical questions that concern society as a whole
        """,
        gaps="""
            common definitions of fairness contradict one another
            sensitive attributes may not be recorded
            a decision changes the population on which the next model is trained
            constraints on groups can harm individuals
            people affected by a decision are seldom asked
        """,
        methods="a fairness-constrained learning algorithm; an auditing procedure; a post-processing rule; a causal fairness criterion; a participatory study; a long-term model of lending decisions",
        leads="05 13 51 20 43 35",
        steps="""
            reduces fair classification to a sequence of weighted ordinary problems
            bounds disparities although group membership is unknown
            traces the paths through which an attribute affects a decision
            simulates how a policy changes the population over ten years
            asks users and experts which errors they find acceptable
            chooses thresholds for each group at the least cost in accuracy
        """,
        data="the Adult census; COMPAS; German credit; law school admissions; records of 60,000 loan applications; interviews with 40 stakeholders",
        metrics="demographic parity gap 0.01..0.18 down; equalised odds gap 0.02..0.16 down; accuracy 66..86%",
        baselines="unconstrained classifiers; re-weighting methods; adversarial debiasing methods; group-specific thresholds",
        findings="""
            large reductions in disparity cost little accuracy
            constraints that look harmless can delay the progress of a group
            stakeholders disagree with each other and with the literature
            proxies make it useless to leave the sensitive attribute out
            disparities differ between years more than between methods
        """,
        meanings="""
            fairness cannot be judged from a single snapshot
            technical criteria are no substitute for public debate
            audits should be possible without access to the model
        """,
        theorems="""
            no classifier satisfies calibration and equal error rates unless base rates agree
            the sample complexity of auditing grows with the number of groups only logarithmically
        """,
    ),
    topic(
        name="model explanation",
        share=15,
        labels="cs.LG cs.AI 3; cs.LG stat.ML 4; cs.HC cs.AI 2; cs.LG cs.AI stat.ML 2; cs.LG cs.HC 1; cs.CV cs.LG 1; cs.AI 2",
        extra="cs.HC cs.CY cs.CV cs.CL stat.ML",
        stems="Explain Reason Insight Clear Attri",
        settings="for tabular data; by counterfactuals; for end users; with human studies; for black-box models; in medicine",
        terms="feature attributions; saliency maps; Shapley values; counterfactual explanations; surrogate models; decision rules; prototypes; user trust; interpretability; concept vectors; faithfulness; decision sets; human subjects; black-box classifiers; additive models; transparency",
        background="""
            people will act on a prediction only if they {understand|can check} the reasons for it
            attribution methods assign each input feature a share of the prediction
            interpretable models are preferred where errors have grave consequences
        """,
        gaps="""
            different attribution methods disagree on the same prediction
            explanations are judged by looks and not by what people can do with them
            surrogate models may not reflect the model they stand for
            correlated features make Shapley values ambiguous
            explanations can be manipulated without changing predictions
        """,
        methods="a counterfactual explanation method; a rule learning algorithm; a prototype-based network; a sampling estimator of Shapley values; a user study of explanations; a concept-based explanation method",
        leads="05 15 23 32 45 53",
        steps="""
            finds the smallest plausible change that flips the decision
            learns short rules that cover most predictions
            compares the input with prototypes from the training set
            tests whether removing important features changes the output
            asks participants to predict what the model will do
            generates explanations in the words of the user
        """,
        data="credit applications; ImageNet; a hospital readmission data set; film reviews; a study with 240 participants; the UCI income data",
        metrics="faithfulness score 0.40..0.86; user accuracy in forward simulation 52..79%; rule length 3..14 down",
        baselines="gradient-based attributions; local surrogate models; deep black-box models; decision trees",
        findings="""
            participants overestimate how well they understand a model
            short rules come within two points of the black box
            saliency maps hardly change when the weights are randomised
            counterfactuals are found more useful than feature weights
            explanations raise trust even in wrong predictions
        """,
        meanings="""
            explanations have to be evaluated with the people who need them
            simple models should be tried before complex ones are explained
            trust is not the same as understanding
        """,
        theorems="""
            the attribution is the only one that satisfies the four axioms
            the sampling error decreases with the square root of the number of permutations
        """,
    ),
)
