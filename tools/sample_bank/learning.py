"""Machine learning: theory, optimisation, probabilistic models and their safe use."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="generalisation in deep networks",
        share=18,
        labels="cs.LG stat.ML 6; stat.ML cs.LG 3; cs.LG 3; cs.LG math.OC stat.ML 1",
        extra="math.OC cs.NE cs.AI cs.DS stat.ME",
        stems="Gen Bound Width Norm Spectral",
        settings="in the overparameterised regime; under label noise; at large width; near interpolation; from a stability viewpoint",
        terms="stochastic gradient descent; Rademacher complexity; margin bounds; neural tangent kernels; implicit regularisation; flat minima; overparameterised networks; double descent; random features; weight norms; sharpness; training loss; excess risk; linear networks; PAC-Bayes bounds; ReLU activations",
        background="""
            deep networks fit random labels and yet generalise on real ones
            classical learning theory ties generalisation to the capacity of the hypothesis class
            wide networks trained by gradient descent behave like kernel machines
            the test error can fall again once a model is large enough to interpolate its training data
        """,
        gaps="""
            uniform bounds are vacuous for networks of realistic size
            the role of the optimiser in selecting among many minima is poorly understood
            most results hold for two layers only
            measures of flatness depend on how the weights are scaled
            the kernel view leaves out that features are learned
        """,
        methods="a norm-based generalisation bound; a stability analysis of gradient descent; a spectral complexity measure; a mean-field description of wide networks; a random-feature model; a data-dependent capacity measure",
        leads="35 02 13 41 14 53",
        steps="""
            tracks how the weights move away from their starting point
            relates the test error to the spectrum of the data covariance
            separates the bias of the optimiser from that of the architecture
            bounds the complexity of each layer by its distance from initialisation
            follows the learning dynamics in closed form for linear networks
            compares predicted and measured errors over a thousand trained networks
        """,
        data="CIFAR-10; MNIST; Gaussian mixtures of growing dimension; Fashion-MNIST; synthetic teacher-student data",
        metrics="correlation with the generalisation gap 0.35..0.88; test error 3..14% down",
        baselines="norm-based measures; VC-type bounds; sharpness measures; kernel regressors",
        findings="""
            the bound orders networks by test error in nine cases out of ten
            early stopping acts like a penalty on the weights
            label noise makes the peak of the test error higher
            distance from initialisation grows slowly with width
            learned features explain the gap to kernel machines
        """,
        meanings="""
            capacity should be measured on what training reaches and not on what it could reach
            interpolation and good generalisation are compatible
            the optimiser is part of the model
        """,
        theorems="""
            the excess risk decays as the inverse square root of the sample size, whatever the width
            gradient flow converges to the solution of least norm
            every local minimum of the training loss is global when the width exceeds the sample size
            the generalisation gap is bounded by the distance travelled from initialisation
            the peak of the test error vanishes under optimal regularisation
        """,
    ),
    topic(
        name="stochastic optimisation",
        share=17,
        labels="math.OC cs.LG 4; cs.LG math.OC stat.ML 5; cs.LG stat.ML 2; cs.LG 1",
        extra="math.NA cs.DC cs.NE cs.DS math.OC",
        stems="Step Grad Descent Momen Prox",
        settings="for non-convex problems; with adaptive step sizes; under heavy-tailed noise; with constraints; in finite-sum form",
        terms="stochastic gradients; convergence rates; variance reduction; momentum; strong convexity; step sizes; proximal operators; saddle points; mini-batches; smoothness; primal-dual methods; second-order methods; Adam; stationary points; line search; Lipschitz gradients; duality gap",
        background="""
            stochastic gradient methods are the workhorse of large-scale machine learning
            many learning problems minimise a sum of smooth functions plus a simple convex penalty
            momentum and adaptive step sizes are used in nearly every training run
            non-convex objectives have saddle points as well as minima
        """,
        gaps="""
            the best step size depends on constants that are unknown in practice
            adaptive methods fail to converge on simple convex examples
            guarantees for non-convex objectives assume bounded noise
            variance reduction needs {full passes|extra memory} that large problems do not allow
            theory explains momentum only in the quadratic case
        """,
        methods="a variance-reduced gradient method; an adaptive step size rule; an accelerated proximal algorithm; a primal-dual method for constrained problems; a stochastic quasi-Newton method; a clipped gradient method; a Frank-Wolfe variant",
        leads="36 06 24 42 60 15 40",
        steps="""
            estimates the local smoothness from successive gradients
            clips gradients at a level that grows with the iteration count
            restarts its momentum whenever the objective rises
            mixes a stale full gradient with fresh stochastic ones
            solves a small linear program in place of a projection
            adds noise only near saddle points
            uses curvature along the last few steps
        """,
        data="logistic regression on four public data sets; CIFAR-10; a matrix completion problem; the LIBSVM collection; robust regression problems",
        metrics="number of passes over the data 8..60 down; duality gap after ten passes 0.01..0.30 down; training loss 0.05..0.60 down",
        baselines="plain stochastic gradient methods; adaptive methods; accelerated methods; variance-reduced algorithms",
        findings="""
            no tuning of the step size is needed
            the method is insensitive to its only parameter over two orders of magnitude
            gains are largest on badly conditioned problems
            clipping matters early and hardly at all later
            the observed rates match the predicted ones
        """,
        meanings="""
            adaptivity and guarantees do not exclude each other
            heavy-tailed noise should be the default assumption in training
            simple restarts recover much of the benefit of acceleration
        """,
        theorems="""
            the method converges at the optimal rate for smooth convex functions
            the iterates reach a second-order stationary point in polynomial time with high probability
            the convergence is linear under strong convexity without knowledge of the constant
            a matching lower bound holds for all first-order methods
            the expected gradient norm vanishes even if the noise has infinite variance
        """,
    ),
    topic(
        name="Gaussian process regression",
        share=14,
        labels="stat.ML cs.LG 6; cs.LG stat.ML 4; stat.ML 1; stat.ME stat.ML 1",
        extra="stat.ME cs.RO eess.SP cs.NE math.NA",
        stems="Gauss Kernel Prior Process Induce",
        settings="for large data sets; with non-Gaussian likelihoods; for Bayesian optimisation; with derivative observations; in space and time",
        terms="covariance functions; inducing points; posterior variance; marginal likelihood; hyperparameters; Bayesian optimisation; acquisition functions; sparse approximations; spectral mixtures; variational bounds; surrogate models; expected improvement; Cholesky factors; length scales; predictive uncertainty",
        background="""
            Gaussian processes give predictions together with their uncertainty
            the covariance function expresses what is known about {smoothness|periodicity} beforehand
            Bayesian optimisation tunes {expensive simulators|laboratory experiments} with few evaluations
        """,
        gaps="""
            exact inference costs the cube of the number of observations
            inducing points are hard to place in more than a few dimensions
            the posterior variance is too small when hyperparameters are fixed
            stationary covariance functions miss abrupt changes
            acquisition functions are difficult to maximise
        """,
        methods="a sparse variational Gaussian process; a structured covariance function; a deep Gaussian process; a conjugate gradient inference scheme; a batch acquisition function; a state-space formulation",
        leads="02 23 31 12 53 42",
        steps="""
            places inducing points where the posterior changes most
            replaces the Cholesky factor by matrix-vector products
            integrates over hyperparameters by a cheap quadrature
            decomposes the input space along a tree
            rewrites the temporal process as a stochastic differential equation
            chooses several evaluation points at once by their joint information
        """,
        data="the UCI regression sets; a three-year record of air quality; flight delays; the Mauna Loa series; tuning problems for gradient boosting",
        metrics="negative log predictive density 0.20..1.40 down; root mean squared error 0.08..0.75 down; simple regret 0.01..0.35 down",
        baselines="sparse approximations; random forests; Bayesian linear models; exact Gaussian processes on subsets",
        findings="""
            a few hundred inducing points suffice for a million observations
            the intervals cover the truth at the nominal rate
            integrating over hyperparameters matters most for small samples
            structured covariances recover known seasonal effects
            batches of eight cost hardly any efficiency
        """,
        meanings="""
            calibrated uncertainty is affordable for large data sets
            the choice of covariance deserves more thought than the choice of approximation
            iterative linear algebra makes many approximations unnecessary
        """,
        theorems="""
            the posterior contracts at the minimax rate for functions of unknown smoothness
            the divergence to the exact posterior vanishes with few inducing points
            the cumulative regret grows sublinearly
        """,
    ),
    topic(
        name="variational inference",
        share=17,
        labels="stat.ML cs.LG 6; cs.LG stat.ML 6; cs.LG cs.AI stat.ML 1",
        extra="cs.AI stat.ME cs.CV cs.NE cs.CL",
        stems="Latent Vari Elbo Poster Code",
        settings="in deep latent variable models; with discrete variables; for hierarchical models; with normalising flows; at scale",
        terms="variational autoencoders; evidence lower bound; latent variables; posterior collapse; reparameterisation; normalising flows; amortised inference; importance weights; generative models; disentanglement; prior distributions; Monte Carlo gradients; black-box inference; mean-field approximations; latent space",
        background="""
            variational methods turn Bayesian inference into optimisation
            variational autoencoders learn a generative model and an inference network together
            a latent representation in which factors of variation are separate is easier to interpret
            the exact posterior of most probabilistic models is intractable
        """,
        gaps="""
            mean-field approximations underestimate the posterior variance
            powerful decoders ignore the latent variables
            gradients for discrete variables have a high variance
            amortised inference leaves a gap to the best approximation
            disentanglement cannot be judged without labels
        """,
        methods="a hierarchical variational autoencoder; a flow-based posterior approximation; a low-variance gradient estimator; an importance-weighted objective; a structured variational family; a semi-amortised inference scheme",
        leads="24 02 35 32 25 14",
        steps="""
            transforms a simple density by a sequence of invertible maps
            refines the output of the inference network by a few gradient steps
            couples latent variables along a Markov chain
            controls variance with a learned baseline
            limits what the decoder can see so that the latent code is used
            penalises dependence between the latent dimensions
        """,
        data="binarised MNIST; Omniglot; CelebA; dSprites; a collection of 20,000 news articles; single-cell measurements",
        metrics="negative log-likelihood in nats 78..98 down; mutual information score 0.22..0.61; number of active latent units 12..56",
        baselines="standard variational autoencoders; mean-field approximations; score-function estimators; Markov chain samplers",
        findings="""
            three flow steps capture most of the posterior correlations
            the latent code is used even with an autoregressive decoder
            tighter bounds can hurt the inference network
            random seeds affect disentanglement more than the objective does
            gradient variance falls by an order of magnitude
        """,
        meanings="""
            the approximation family deserves as much care as the model
            posterior collapse is a matter of optimisation and not of the objective
            claims about disentanglement need many repetitions
        """,
        theorems="""
            the bound tightens monotonically with the number of importance samples
            the gradient estimator is unbiased and has finite variance
            the variational posterior is consistent under weak conditions
        """,
    ),
    topic(
        name="multi-armed bandit learning",
        share=15,
        labels="cs.LG stat.ML 6; stat.ML cs.LG 3; cs.LG cs.AI 1; cs.LG 2; cs.LG cs.AI stat.ML 1",
        extra="cs.IR math.OC cs.DS cs.MA cs.AI",
        stems="Arm Regret Explore Thompson Pull",
        settings="with linear rewards; in changing environments; under delayed feedback; with many arms; with side information",
        terms="regret bounds; Thompson sampling; upper confidence bounds; contextual bandits; exploration; best arm identification; reward distributions; adversarial losses; expert advice; side information; online learning; confidence sets; pure exploration; minimax rates; combinatorial actions",
        background="""
            a learner that chooses among actions with unknown rewards must balance exploration and exploitation
            {clinical trials|news recommendation|online advertising} can be cast as bandit problems
            upper confidence bounds attain logarithmic regret in the stochastic setting
        """,
        gaps="""
            optimal algorithms for stochastic rewards break down when an adversary interferes
            feedback often arrives late or in aggregated form
            confidence sets for rich function classes are too wide
            the number of arms may exceed the number of rounds
            switching between actions is costly in practice
        """,
        methods="a bandit algorithm with adaptive confidence sets; a Thompson sampling variant; an elimination algorithm in phases; a best-of-both-worlds algorithm; a change-point detection scheme for bandits; a randomised exploration rule",
        leads="25 14 05 34 20 15",
        steps="""
            eliminates arms in phases of growing length
            samples parameters from an inflated posterior
            restarts when the observed rewards leave their confidence band
            mirrors descent on the probability simplex with an adaptive rate
            imputes delayed rewards by their current estimates
            groups similar arms along a tree
        """,
        data="logged news clicks; synthetic linear instances; a replay of advertising auctions; a movie rating replay",
        metrics="normalised cumulative regret 0.08..0.60 down; click-through rate 3.1..7.4%",
        baselines="upper confidence methods; epsilon-greedy policies; exponential weights algorithms; oracle policies",
        findings="""
            the empirical regret stays close to that of an oracle
            randomised exploration is robust to misspecified rewards
            delays enter the regret additively and not multiplicatively
            performance hardly depends on the tuning of the confidence width
            few changes in the environment cost little
        """,
        meanings="""
            one algorithm can serve both benign and hostile environments
            exploration is cheaper than worst-case analysis suggests
            delayed feedback is less harmful than it seems
        """,
        theorems="""
            the regret grows with the square root of the horizon, up to logarithmic factors
            no algorithm can improve on this rate without further assumptions
            the algorithm attains logarithmic regret on stochastic instances and optimal regret on adversarial ones
            the sample complexity matches the lower bound for every instance
        """,
    ),
    topic(
        name="deep reinforcement learning",
        share=30,
        labels="cs.LG cs.AI 4; cs.LG cs.AI stat.ML 5; cs.LG stat.ML 2; cs.AI cs.LG 3; cs.LG 1",
        extra="cs.RO cs.NE cs.MA math.OC cs.HC",
        stems="Policy Reward Agent Value Explore",
        settings="with sparse rewards; from pixels; with a learned model; from logged data; in continuous control; under safety constraints",
        terms="policy gradients; value functions; Q-learning; actor-critic methods; replay buffers; exploration bonuses; Markov decision processes; temporal abstraction; model-based planning; off-policy evaluation; sample efficiency; reward shaping; options; bootstrapping; intrinsic motivation; trust regions",
        background="""
            agents that learn by trial and error have reached human level in {video games|board games}
            policy gradient methods optimise behaviour directly and handle continuous actions
            a model of the environment lets an agent plan before it acts
            temporal abstraction helps agents to reason over long horizons
        """,
        gaps="""
            millions of interactions are needed even for simple tasks
            rewards that come only at the end give no direction to exploration
            errors of a learned model accumulate along a rollout
            function approximation with bootstrapping can diverge
            results vary widely between random seeds
            learning from logged data overestimates actions that were never tried
        """,
        methods="an off-policy actor-critic algorithm; a model-based agent with short rollouts; an intrinsically motivated agent; a hierarchical agent that learns options; a conservative value estimator; a safe policy optimisation method; a distributional critic",
        leads="53 15 01 20 43 63 54",
        steps="""
            rewards the agent for visiting states that it cannot yet predict
            plans with an ensemble of models and stops where they disagree
            learns options that end where the value function has a bottleneck
            keeps the new policy within a trust region of the old one
            lowers the value of actions that the data do not support
            stores rare and surprising transitions longer in the replay buffer
            projects unsafe actions onto the nearest safe one
        """,
        data="the Atari games; MuJoCo locomotion tasks; Montezuma's Revenge; the DeepMind Control Suite; a grid world with keys and doors; a traffic signal simulator",
        metrics="normalised episode return 0.35..1.60; success rate 42..94%; number of environment steps in millions 0.8..12.0 down",
        baselines="policy gradient baselines; deep Q-networks; model-free agents; behaviour cloning policies",
        findings="""
            the agent needs a fifth of the interactions
            exploration bonuses stop helping once rewards are dense
            short rollouts are better than long ones, even with a good model
            differences between algorithms shrink when implementations are matched
            constraint violations during training become rare
        """,
        meanings="""
            sample efficiency depends more on how data are used than on the algorithm's family
            agents need a sense of what their model does not know
            reports on reinforcement learning should include many seeds
        """,
        theorems="""
            policy iteration with the proposed operator converges to a unique fixed point
            the value estimate is a lower bound with high probability
            the regret is sublinear in the number of episodes
        """,
    ),
    topic(
        name="adversarial robustness",
        share=22,
        labels="cs.LG cs.CR stat.ML 4; cs.LG stat.ML 3; cs.CV cs.LG 2; cs.LG cs.CR 3; cs.CR cs.LG 1; cs.CV 1",
        extra="cs.CV cs.AI cs.CR stat.ML cs.NE",
        stems="Shield Guard Perturb Robust Attack",
        settings="against bounded perturbations; with certificates; in the physical world; under black-box attacks; for free",
        terms="adversarial examples; adversarial training; gradient masking; perturbation budgets; black-box attacks; certified defences; randomised smoothing; transferability; decision boundaries; adaptive attacks; Lipschitz constants; input gradients; threat models; poisoning; backdoors",
        background="""
            perturbations too small to see change the output of deep classifiers
            adversarial examples transfer between networks trained separately
            attackers may {poison training data|query a model|print patches} instead of having access to its weights
            robustness is a precondition for using classifiers in security-critical systems
        """,
        gaps="""
            most proposed defences were broken within months by adaptive attacks
            adversarial training multiplies the cost of training
            robust models lose accuracy on clean inputs
            certificates are available only for small networks
            defences tuned to one threat model fail against others
        """,
        methods="a certified defence based on smoothing; a fast adversarial training scheme; a query-efficient black-box attack; a detector of adversarial inputs; a Lipschitz-constrained classifier; a backdoor removal procedure",
        leads="03 15 20 63 35 45",
        steps="""
            adds noise to the input and takes a vote over many predictions
            perturbs inputs with a single well-chosen gradient step
            estimates gradients from few queries to the victim model
            bounds the Lipschitz constant of every layer during training
            prunes neurons that respond only to a trigger
            trains against several threat models in turn
            compares a prediction with that of a purified copy of the input
        """,
        data="CIFAR-10; ImageNet; MNIST; a set of printed traffic signs; SVHN",
        metrics="robust accuracy 32..68%; certified accuracy 28..62%; attack success rate 22..96% down",
        baselines="adversarially trained networks; input transformation defences; undefended classifiers; earlier certified methods",
        findings="""
            the defence withstands adaptive attacks designed for it
            robust features look more like the objects they stand for
            two thirds of earlier gains were due to gradient masking
            the training time is close to that of ordinary training
            attacks succeed with a tenth of the queries
        """,
        meanings="""
            a defence counts only once adaptive attacks have failed against it
            robustness and accuracy conflict less than was thought
            security claims need an explicit threat model
        """,
        theorems="""
            no perturbation within the certified radius changes the prediction
            robust learning needs more samples than ordinary learning by a factor that grows with dimension
            the attack finds a misclassified point in a number of queries linear in the dimension
        """,
    ),
    topic(
        name="graph representation learning",
        share=22,
        labels="cs.LG stat.ML 4; cs.LG cs.SI 2; cs.SI cs.LG 2; cs.LG 3; cs.LG cs.SI stat.ML 2; cs.LG cs.AI 1",
        extra="cs.SI cs.AI cs.IR cs.DS cs.NE",
        stems="Graph Node Edge Spectral Hop",
        settings="on large networks; for link prediction; on molecules; with heterogeneous nodes; on evolving graphs",
        terms="graph neural networks; node embeddings; message passing; graph Laplacian; link prediction; neighbourhood sampling; random walks; oversmoothing; node classification; heterogeneous graphs; graph kernels; adjacency matrices; spectral filters; molecules; citation networks; pooling of nodes",
        background="""
            {molecules, roads and social ties|citations, proteins and friendships} are naturally described as graphs
            message passing networks update each node from the states of its neighbours
            node embeddings make methods for vectors available to networks
        """,
        gaps="""
            deep message passing makes all nodes look alike
            full neighbourhoods grow exponentially with depth
            nodes with few links receive poor embeddings
            standard architectures cannot tell simple non-isomorphic graphs apart
            most methods assume that a graph does not change
        """,
        methods="a graph attention network; a sampling scheme for graph convolutions; a spectral filter network; a hierarchical pooling operator; a temporal graph network; an unsupervised node embedding method; a relational graph encoder",
        leads="06 10 30 26 40 51 64",
        steps="""
            weights messages by how much sender and receiver differ
            samples neighbours in proportion to their influence
            coarsens a graph by merging nodes with similar roles
            learns polynomial filters of the graph Laplacian
            updates embeddings when new edges arrive
            contrasts each node with a corrupted copy of the graph
            augments nodes with counts of small substructures
        """,
        data="Cora; Citeseer; Reddit posts; the QM9 molecules; PubMed citations; a protein interaction network; the Open Graph Benchmark",
        metrics="node classification accuracy 68..91%; link prediction AUC 0.82..0.97; graph classification accuracy 68..88%",
        baselines="graph convolutional networks; random walk embeddings; graph kernels; feature-only classifiers",
        findings="""
            sixteen layers can be stacked without oversmoothing
            sampled training matches full training in a tenth of the time
            structure helps little where node features are rich
            nodes of low degree gain most
            simple label propagation is a strong competitor on citation networks
        """,
        meanings="""
            depth and locality in graph networks can be decoupled
            benchmarks with random splits flatter most methods
            substructure counts are an inexpensive route to expressive power
        """,
        theorems="""
            the architecture is as powerful as the Weisfeiler-Lehman test
            node representations converge to a constant exponentially fast in the depth
            sampling keeps the gradient unbiased
        """,
    ),
)
