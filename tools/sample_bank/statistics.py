"""Statistics and statistical learning: estimation, causality, clustering, sampling, algorithms."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="causal inference",
        share=15,
        labels="stat.ME 3; stat.ME stat.ML 5; stat.ML stat.ME 2; cs.LG stat.ML 2; stat.ME cs.AI 2",
        extra="cs.AI cs.LG cs.CY stat.ML",
        stems="Cause Effect Treat Instru Confound",
        settings="from observational data; with hidden confounders; for heterogeneous effects; with instruments; from several environments",
        terms="treatment effects; confounders; propensity scores; instrumental variables; causal graphs; counterfactuals; structural equation models; conditional independence tests; covariates; randomised experiments; sensitivity analysis; doubly robust estimators; interventions; mediators; observational studies; identifiability",
        background="""
            {medicine and economics|policy makers} ask what would happen under an intervention
            randomised experiments are often impossible, so that effects are estimated from observational data
            causal graphs state which variables influence which others
            the effect of a treatment differs from person to person
        """,
        gaps="""
            unmeasured confounders bias every estimate
            propensity scores close to zero or one make estimators unstable
            many graphs imply the same conditional independences
            flexible regression methods are biased towards zero effects
            assumptions can rarely be tested
        """,
        methods="a doubly robust estimator; a causal discovery algorithm; a regression tree for treatment effects; a test of conditional independence; a sensitivity analysis; an estimator with negative controls",
        leads="02 35 21 53 42 14",
        steps="""
            splits the sample so that nuisance functions and effects are estimated on different data
            exploits that causal mechanisms stay the same across environments
            balances covariates between treated and control groups
            searches over equivalence classes of graphs
            bounds the effect when confounding is limited
            orders variables by the independence of their residuals
        """,
        data="simulated trials; the Jobs training study; the Infant Health data; gene perturbation experiments; electronic health records; a survey of 12,000 households",
        metrics="treatment effect error 0.08..0.80 down; interval coverage 84..96%; structural Hamming distance 3..28 down",
        baselines="matching estimators; outcome regressions; constraint-based algorithms; inverse probability weighting methods",
        findings="""
            intervals keep their nominal coverage when one of two models is wrong
            effects are concentrated in a small subgroup
            the true graph is found when environments differ enough
            a weak confounder would be enough to explain the effect away
            balancing reduces the variance without adding bias
        """,
        meanings="""
            causal claims should come with a sensitivity analysis
            machine learning is useful for nuisance functions and not for the effect itself
            changes between environments are a source of information
        """,
        theorems="""
            the estimator is asymptotically normal and attains the efficiency bound
            the causal effect is identifiable under the stated conditions
            the graph is identified up to its equivalence class
        """,
    ),
    topic(
        name="high-dimensional regression",
        share=14,
        labels="stat.ME stat.ML 5; stat.ML stat.ME 3; stat.ME 2; stat.ML cs.LG 3; stat.ML 2",
        extra="math.OC cs.LG q-bio.NC eess.SP",
        stems="Lasso Spar Select Penal Covar",
        settings="with correlated covariates; under sparsity; with missing data; for survival times; with error control; for functional data",
        terms="lasso penalties; variable selection; covariates; false discovery rates; oracle inequalities; generalised linear models; penalised likelihood; covariance estimation; asymptotic normality; confidence intervals; knockoffs; group penalties; nonparametric regression; cross-validation; estimators; multiple testing; simulation studies",
        background="""
            modern data sets hold more variables than observations
            penalised regression estimates coefficients and selects variables in one step
            scientists want to know which variables matter and how certain this is
        """,
        gaps="""
            the lasso shrinks large coefficients towards zero
            selected variables change when the sample is perturbed
            classical intervals are invalid after selection
            the penalty depends on an unknown noise level
            missing values rule out standard software
        """,
        methods="a penalised estimator; a variable selection procedure; a debiased estimator; a nonparametric regression method; a Bayesian shrinkage prior; a test for groups of covariates; a covariance estimator",
        leads="34 12 03 43 54 14 52",
        steps="""
            corrects the bias of the lasso with an estimate of the precision matrix
            constructs artificial controls for every covariate
            aggregates selections over random subsamples
            adapts the penalty to the unknown noise level
            borrows strength across related responses
            shrinks small coefficients strongly and large ones hardly at all
        """,
        data="simulated designs; gene expression of 220 patients; riboflavin production data; a genome-wide association study; daily returns of 500 stocks",
        metrics="false discovery proportion 4..22% down; prediction error 0.30..1.20 down; statistical power 42..91%",
        baselines="ordinary lasso; ridge regression; stepwise selection; marginal screening procedures",
        findings="""
            the false discovery rate stays below its nominal level
            intervals shrink by a third at the same coverage
            simulation studies confirm the asymptotic theory for moderate samples
            group penalties help when variables are strongly correlated
            subsampling makes selections reproducible
        """,
        meanings="""
            valid inference after selection is practical
            tuning-free estimators are preferable in applications
            stability is as important as accuracy for selected variables
        """,
        theorems="""
            the estimator attains the minimax rate over sparse vectors
            the estimator is consistent and asymptotically normal
            the support is recovered with high probability under an incoherence condition
            the procedure controls the false discovery rate in finite samples
        """,
    ),
    topic(
        name="Bayesian computation",
        share=13,
        labels="stat.ME stat.ML 3; stat.ML 2; stat.ML cs.LG 4; stat.ME 2; stat.ML stat.ME 2",
        extra="cs.LG cs.AI math.NA cs.DC",
        stems="Markov Chain Sampl Poster Bayes",
        settings="for large data sets; in high dimensions; for mixture models; with intractable likelihoods; for time series models",
        terms="Markov chain Monte Carlo; Gibbs sampling; Hamiltonian dynamics; posterior distributions; importance sampling; particle filters; Dirichlet processes; mixture models; approximate Bayesian computation; mixing times; hierarchical models; prior choice; sequential Monte Carlo; acceptance rates; marginal likelihoods; Langevin diffusions; nonparametric Bayes",
        background="""
            Bayesian inference requires integrals that can only be approximated by simulation
            Markov chain Monte Carlo samples from a posterior distribution known up to a constant
            nonparametric Bayesian models let the number of components grow with the data
        """,
        gaps="""
            chains get stuck in one mode of the posterior
            each iteration touches the whole data set
            the likelihood of a simulator cannot be evaluated
            tuning a sampler takes experience
            labels of mixture components are exchangeable
        """,
        methods="a Hamiltonian Monte Carlo sampler; a stochastic gradient Langevin method; a sequential Monte Carlo algorithm; a Gibbs sampler with data augmentation; a likelihood-free inference method; a nonparametric mixture model; a parallel tempering scheme",
        leads="25 15 32 45 32 45 02",
        steps="""
            moves between modes at raised temperatures
            corrects for subsampling with control variates
            adapts its step size and mass matrix while it runs
            simulates from the model and compares learned summaries
            augments the data so that all conditionals are standard
            divides the data among machines and combines the posteriors
        """,
        data="logistic regression on census data; a galaxy mixture; epidemic models; stochastic volatility of exchange rates; a hierarchical model of schools; a population genetics simulator",
        metrics="number of effective samples per second 8..160; posterior mean error 0.02..0.35 down; log marginal likelihood error 0.05..0.90 down",
        baselines="random walk samplers; variational approximations; standard Gibbs samplers; rejection methods",
        findings="""
            mixing improves by an order of magnitude on correlated posteriors
            a tenth of the data suffices in each iteration
            all modes are visited in proportion to their mass
            automatic tuning is as good as that by experts
            learned summaries outperform those chosen by hand
        """,
        meanings="""
            exact Bayesian inference is feasible for more models than is believed
            samplers should be compared by effective samples per second
            simulation-based inference opens new applications
        """,
        theorems="""
            the chain is geometrically ergodic
            the mixing time grows only polynomially with the dimension
            the estimator of the marginal likelihood is unbiased
        """,
    ),
    topic(
        name="cluster analysis",
        share=15,
        labels="cs.LG stat.ML 4; stat.ML cs.LG 3; cs.LG stat.ML 62H30 2; cs.LG cs.DS 2; cs.DS cs.LG 2; cs.LG 2",
        extra="62H30 cs.DS stat.ME cs.IR cs.SI cs.CG",
        stems="Clust Group Centro Parti Link",
        settings="with outliers; in subspaces; for mixed data; on streams; with few constraints; by spectral methods",
        terms="k-means; spectral clustering; cluster centres; hierarchical linkage; mixture models; subspace structure; distance measures; number of clusters; outliers; affinity matrices; approximation factors; coresets; dendrograms; density estimates; initialisation; cluster validity; unlabelled data",
        background="""
            clustering divides data into groups without labels
            k-means is among the most widely used algorithms in data analysis
            spectral clustering finds groups of any shape through eigenvectors
        """,
        gaps="""
            the number of clusters is rarely known
            a single outlier can move a cluster centre far away
            eigenvectors of large affinity matrices are expensive
            results depend on the initial centres
            validity indices favour the shapes for which they were made
        """,
        methods="a robust clustering algorithm; a spectral clustering method; a subspace clustering technique; a streaming algorithm for k-means; a density-based clustering method; a deep clustering network; a coreset construction",
        leads="05 15 24 31 45 25 31",
        steps="""
            trims the points that fit no cluster
            seeds centres far apart from each other
            represents each point by others of the same subspace
            summarises the data by a small weighted subset
            merges clusters along the valleys of a density estimate
            chooses the number of clusters by stability
        """,
        data="Gaussian mixtures; MNIST; the UCI collection; single-cell expression; COIL images; a stream of network packets",
        metrics="adjusted Rand index 0.36..0.88; normalised mutual information 0.42..0.86; relative cost 1.02..1.60 down",
        baselines="k-means with restarts; mixture models; hierarchical clustering methods; spectral methods",
        findings="""
            a summary of one per cent of the data gives nearly the same clusters
            outliers up to a fifth of the data are tolerated
            stability finds the right number of clusters when groups are well separated
            good seeding makes restarts unnecessary
            features learned without labels separate digits well
        """,
        meanings="""
            robustness should be built into clustering by default
            summaries make clustering of massive data practical
            there is no best clustering apart from its purpose
        """,
        theorems="""
            the algorithm is a constant-factor approximation in expectation
            the clusters are recovered exactly when centres are well separated
            a coreset of size independent of the number of points exists
            finding the optimal clustering is hard even in the plane
        """,
    ),
    topic(
        name="kernel and manifold learning",
        share=13,
        labels="stat.ML cs.LG 6; cs.LG stat.ML 5; cs.LG 1; stat.ML 2",
        extra="math.NA cs.DS cs.CG stat.ME cs.CV 62H30",
        stems="Kern Mani Embed Proj Eigen",
        settings="with random features; on manifolds; for structured data; with optimal transport; for visualisation",
        terms="reproducing kernel Hilbert spaces; principal component analysis; manifold learning; random features; maximum mean discrepancy; low-dimensional embeddings; support vector machines; Nyström approximation; optimal transport; Wasserstein distances; eigenfunctions; ridge regression; intrinsic dimension; two-sample tests; Riemannian geometry; kernel matrices",
        background="""
            kernel methods turn linear algorithms into nonlinear ones
            data in many dimensions often lie near a manifold of few
            optimal transport compares distributions and respects the geometry of the space
        """,
        gaps="""
            kernel matrices grow with the square of the sample size
            embeddings for visualisation tear neighbourhoods apart
            the choice of kernel is left to the user
            transport plans are expensive and suffer from the curse of dimension
            noise hides the intrinsic dimension
        """,
        methods="a random feature method; a kernel two-sample test; a manifold learning algorithm; an entropic transport algorithm; a sparse principal component method; a metric learning approach",
        leads="04 43 25 14 45 32",
        steps="""
            samples features according to their leverage
            regularises transport by entropy and solves it by scaling
            preserves distances along the manifold
            learns a mixture of kernels together with the classifier
            projects data onto random lines
            estimates eigenfunctions from a subsample
        """,
        data="synthetic manifolds; MNIST; the UCI regression sets; word frequency vectors; climate fields; point sets with known dimension",
        metrics="test power 0.48..0.94; neighbourhood preservation 0.62..0.93; prediction error 0.08..0.60 down",
        baselines="exact kernel methods; principal component analysis; neighbour embedding methods; linear programs",
        findings="""
            a few hundred random features reach the accuracy of the exact kernel
            the test detects differences that marginal tests miss
            entropy speeds up transport by two orders of magnitude
            the estimated dimension is robust to moderate noise
            embeddings remain stable when data are added
        """,
        meanings="""
            kernel methods scale to millions of samples
            visualisations should state how much they distort
            transport distances deserve a place in the statistician's toolbox
        """,
        theorems="""
            the excess risk matches that of the exact kernel estimator
            the empirical distance converges at the parametric rate after regularisation
            the test is consistent against all alternatives
            the spectrum of the operator is approximated uniformly
        """,
    ),
    topic(
        name="low-rank matrix and tensor recovery",
        share=12,
        labels="math.NA cs.NA 3; cs.LG stat.ML 3; stat.ML cs.LG 2; cs.LG math.OC stat.ML 2; math.OC cs.LG 1; math.NA cs.NA cs.LG 2",
        extra="eess.SP cs.DS math.OC cs.CV stat.ME math.NA",
        stems="Rank Tensor Factor Matrix Singu",
        settings="from few entries; with gross errors; by randomised algorithms; with side information; in streaming form",
        terms="matrix completion; singular values; nuclear norms; tensor decompositions; randomised sketching; alternating minimisation; robust principal components; non-negative factors; incoherence; preconditioners; Krylov methods; least squares; sampling patterns; condition numbers; spectral initialisation; partial differential equations",
        background="""
            many data matrices have a rank far below their dimensions
            tensors describe data with more than two modes
            numerical linear algebra is at the heart of large-scale computation
        """,
        gaps="""
            nuclear norm methods need a full decomposition in each step
            the best low-rank approximation of a tensor may not exist
            convergence slows down for badly conditioned problems
            a few gross errors spoil least squares
            theory assumes that entries are observed at random
        """,
        methods="a nonconvex recovery algorithm; a randomised decomposition; a tensor completion method; a robust factorisation; a preconditioned gradient method; a sketching algorithm for least squares",
        leads="03 14 50 24 30 14",
        steps="""
            starts from a spectral estimate and descends on the factors
            compresses the matrix by a random projection before it is decomposed
            separates sparse errors from the low-rank part
            rescales gradients so that conditioning does not matter
            updates the decomposition when columns arrive
            solves the discretised equation in a low-rank format
        """,
        data="random low-rank matrices; movie ratings; surveillance video; hyperspectral images; discretised diffusion equations; sensor records with gaps",
        metrics="relative recovery error 0.01..0.30 down; runtime in seconds 0.6..75 down; number of iterations 12..240 down",
        baselines="nuclear norm minimisation; alternating least squares; deterministic decompositions; conjugate gradient methods",
        findings="""
            recovery succeeds with few more entries than degrees of freedom
            randomised algorithms are ten times faster at the same precision
            the number of iterations is independent of the condition number
            a tenth of corrupted entries does no harm
            small ranks suffice in all applications tested
        """,
        meanings="""
            nonconvex methods are safe for well-posed recovery problems
            randomisation should be standard in numerical linear algebra
            low-rank formats break the curse of dimension for smooth problems
        """,
        theorems="""
            the iterates converge linearly to the true matrix from a spectral start
            the factorised objective has no spurious local minima
            the sketch preserves the solution up to a small relative error with high probability
            the discretisation error is of second order
        """,
    ),
    topic(
        name="provable algorithm design",
        share=15,
        labels="cs.DS cs.LG 8; cs.DS 2; cs.LG cs.DS stat.ML 3; cs.LG cs.DS 2",
        extra="stat.ML math.OC cs.CR cs.SI cs.AI cs.CG",
        stems="Sketch Approx Submod Sampl Bound",
        settings="in the streaming model; in sublinear time; for submodular functions; with noisy queries; for learning mixtures; with predictions",
        terms="approximation algorithms; polynomial time; lower bounds; submodular maximisation; sample complexity; property testing; sketches; nearest neighbour search; hardness results; randomised algorithms; graph problems; online algorithms; competitive ratios; query complexity; logarithmic factors; PAC learning; hashing",
        background="""
            algorithms for massive data can read their input only once
            submodular functions capture diminishing returns
            worst-case guarantees tell what can and cannot be computed efficiently
            learning theory asks how many samples and how much time are needed
        """,
        gaps="""
            known algorithms need time exponential in the dimension
            upper and lower bounds are apart by a polynomial factor
            greedy algorithms are inherently sequential
            worst-case instances are rare in practice
            a small fraction of corrupted samples breaks known estimators
        """,
        methods="a streaming algorithm; a constant-factor approximation algorithm; a polynomial-time learning algorithm; a sublinear-time tester; a nearest neighbour data structure; a learning-augmented online algorithm; a reduction",
        leads="03 13 24 43 45 51 12",
        steps="""
            maintains a sketch whose size is logarithmic in the length of the stream
            rounds the solution of a convex relaxation
            filters out corrupted samples by looking at the top eigenvector
            adds many elements in each of few rounds
            queries only neighbourhoods of random vertices
            follows predictions as long as they pay off
        """,
        data="random instances; web graphs; Gaussian mixtures with corrupted samples; a stream of search queries; benchmark instances of facility location",
        metrics="approximation ratio 0.52..0.96; memory in kilobytes 12..340 down; query time in milliseconds 0.4..18 down",
        baselines="greedy algorithms; exact algorithms; linear sketches; locality-sensitive hashing schemes",
        findings="""
            the algorithm is practical although the constants in the analysis are large
            observed ratios are far better than the worst case
            accurate predictions halve the cost and bad ones do little harm
            few rounds suffice on all graphs tested
            memory is reduced by an order of magnitude
        """,
        meanings="""
            adaptivity and parallelism can be reconciled
            robust estimation is possible in high dimensions
            average-case analysis deserves more attention
        """,
        theorems="""
            the algorithm runs in polynomial time and is within a factor of two of the optimum
            any algorithm needs a number of queries linear in the dimension
            the problem is hard to approximate within any constant unless standard conjectures fail
            the sample complexity is optimal up to logarithmic factors
            the sketch size is optimal
        """,
    ),
    topic(
        name="time series forecasting",
        share=15,
        labels="cs.LG stat.ML 6; cs.LG 3; stat.ME 2; stat.ML cs.LG 2; cs.LG eess.SP 1",
        extra="stat.ME eess.SP cs.NE cs.AI math.OC",
        stems="Fore Trend Season Lag Horizon",
        settings="for electricity demand; with missing values; over long horizons; for many related series; with prediction intervals; for traffic",
        terms="autoregressive models; seasonality; recurrent neural networks; quantile forecasts; state-space models; change points; exogenous variables; multivariate series; attention; hidden Markov models; energy load; traffic sensors; point processes; stock prices; prediction horizons; anomalies",
        background="""
            {utilities|retailers|transport agencies} plan with forecasts of demand
            classical models treat each time series on its own
            one recurrent network can be trained on thousands of related series
        """,
        gaps="""
            short series hold too little information for flexible models
            errors accumulate over long horizons
            point forecasts hide uncertainty
            holidays and breaks do not follow the seasonal pattern
            measurements are irregular and partly missing
        """,
        methods="a global recurrent forecaster; a probabilistic state-space network; an attention-based forecasting model; a change-point detection method; a hierarchical forecasting approach; a point process model of events",
        leads="01 12 42 23 31 52",
        steps="""
            separates trend and season before the network sees the series
            predicts quantiles in place of a single value
            treats gaps as a source of information
            reconciles forecasts across levels of aggregation
            attends to the same hour of earlier days
            models the time between events by a flexible intensity
        """,
        data="the M4 competition series; electricity consumption of 370 customers; the PeMS traffic sensors; retail sales; hospital admissions; wind power records",
        metrics="scaled error 0.62..1.10 down; percentage error 4..19% down; interval coverage 82..96%",
        baselines="exponential smoothing; autoregressive models; gradient boosting; recurrent networks for single series",
        findings="""
            series with short histories benefit most from global models
            simple statistical methods win on yearly data
            combining forecasts is better than choosing one
            intervals are too narrow around holidays
            attention recovers daily and weekly patterns
        """,
        meanings="""
            forecasts should be judged by the decisions that they support
            classical decomposition and neural networks fit together well
            uncertainty is the most valuable part of a forecast
        """,
    ),
    topic(
        name="anomaly detection",
        share=12,
        labels="cs.LG stat.ML 5; cs.LG 4; stat.ML cs.LG 1; cs.CV cs.LG 1; cs.LG cs.AI 1; cs.LG eess.SP 1",
        extra="cs.CR cs.CV eess.SP stat.ME cs.DC cs.NE",
        stems="Novel Outlier Fault Rare Odd",
        settings="for predictive maintenance; without labels; in streams; with contaminated data; in images of products",
        terms="outlier scores; autoencoders; one-class classification; reconstruction errors; density estimation; isolation forests; sensor data; fault diagnosis; novelty; machine health; contamination; rare events; remaining useful life; thresholds; feature drift",
        background="""
            {machines|networks|patients} show unusual measurements before something goes wrong
            anomalies are rare and diverse, so that only normal data can be learned
            autoencoders reconstruct normal data better than anomalies
        """,
        gaps="""
            training data contain anomalies that nobody has marked
            powerful autoencoders reconstruct anomalies as well
            what is normal changes over time
            scores cannot be compared between sensors
            labels for evaluation are few and doubtful
        """,
        methods="a one-class deep network; a memory-augmented autoencoder; an isolation-based detector; a change-aware anomaly detector; a self-supervised outlier score; a fault diagnosis model",
        leads="02 14 24 42 34 53",
        steps="""
            maps normal data into a small sphere
            reconstructs inputs from a memory of normal prototypes
            discards the least likely samples during training
            predicts which transformation was applied to the input
            updates its notion of normality slowly
            ranks sensors by their contribution to the score
        """,
        data="bearing vibrations; the KDD network data; MVTec products; credit card transactions; turbofan engine records; server logs",
        metrics="detection AUC 0.78..0.97; average precision 0.34..0.82; number of false alarms per day 0.3..5.0 down",
        baselines="isolation forests; plain autoencoders; one-class support vector machines; nearest neighbour scores",
        findings="""
            contamination of five per cent does hardly any harm
            failures are announced two days in advance
            nearest neighbours in a good feature space are hard to beat
            most false alarms follow changes of operating mode
            no detector is best on all data sets
        """,
        meanings="""
            features matter more than the detector itself
            evaluation with a few labels can be misleading
            operators need to know which sensor raised the alarm
        """,
    ),
    topic(
        name="tree ensemble learning",
        share=12,
        labels="cs.LG stat.ML 6; stat.ML cs.LG 3; cs.LG 3; stat.ML stat.ME 1; cs.LG cs.AI 1",
        extra="stat.ME cs.DC cs.AI cs.IR cs.CY",
        stems="Forest Boost Tree Split Leaf",
        settings="on tabular data; with missing values; for imbalanced classes; with many labels; for clinical prediction; under covariate shift",
        terms="random forests; gradient boosting; decision trees; feature importance; class imbalance; cross-validation; support vector machines; feature selection; multi-label learning; calibration; ensembles; bagging; logistic regression; tabular data; loss functions; missing values; electronic health records; learning curves",
        background="""
            ensembles of decision trees are the first choice for tabular data
            boosting combines weak learners into a strong one
            clinical prediction models estimate the risk of individual patients
            machine learning competitions are often won by tree ensembles
        """,
        gaps="""
            importance scores favour variables with many values
            probabilities predicted by ensembles are poorly calibrated
            rare classes are ignored unless errors are weighted
            theory lags behind the success of boosting in practice
            trees extrapolate badly
        """,
        methods="a gradient boosting algorithm; a random forest variant; a multi-label ensemble; a calibration method; an unbiased importance measure; a cost-sensitive learner; a feature selection method",
        leads="15 02 32 52 40 25 40",
        steps="""
            grows trees on one half of the sample and estimates on the other
            orders samples at random to avoid leakage of the target
            resamples classes separately for each tree
            exploits dependences between labels in a chain of classifiers
            permutes variables within groups of similar cases
            fits a monotone map from scores to probabilities
        """,
        data="the OpenML suite; intensive care records; the UCI data sets; insurance claims; a customer churn data set; the Higgs data",
        metrics="classification accuracy 74..94%; AUC 0.74..0.95; Brier score 0.05..0.20 down",
        baselines="logistic regression models; support vector machines; single trees; neural networks on tabular data",
        findings="""
            calibrated ensembles match neural networks and train in minutes
            importance scores are stable across resamples
            half of the features can be dropped
            label dependences help when labels are rare
            most tuning parameters have little influence
        """,
        meanings="""
            simple learners deserve careful tuning before they are dismissed
            risk models have to be calibrated before they are used
            negative results on tabular data should be published
        """,
        theorems="""
            the forest is consistent for additive regression functions
            the margin of the ensemble bounds its error
        """,
    ),
    topic(
        name="transfer and meta-learning",
        share=16,
        labels="cs.LG stat.ML 6; cs.LG 3; cs.LG cs.CV stat.ML 2; cs.CV cs.LG 2; cs.LG cs.AI stat.ML 2; cs.LG cs.AI 1",
        extra="cs.CV cs.AI cs.CL cs.NE cs.RO",
        stems="Meta Shot Transfer Proto Adapt",
        settings="from few examples; across tasks; under covariate shift; for continual learning; without source data; with multi-task training",
        terms="few-shot classification; meta-learning; task distributions; catastrophic forgetting; domain adaptation; fine-tuning; prototypes; multi-task learning; target domains; inner loops; rehearsal; pretrained features; domain invariance; lifelong learning; support sets; negative transfer; regularisation",
        background="""
            people learn new concepts from one or two examples
            meta-learning trains a learner on many small tasks
            neural networks forget old tasks when they are trained on new ones
            labels in the target domain are scarce while a related source domain has plenty
        """,
        gaps="""
            second-order gradients make meta-learning expensive
            transfer between unrelated tasks does harm
            storing old samples is not always permitted
            aligned features may lose what separates the classes
            benchmarks draw tasks from one narrow distribution
        """,
        methods="a meta-learning algorithm; a continual learning method; a domain-adversarial network; a prototype-based few-shot classifier; a multi-task architecture; a task similarity measure",
        leads="05 12 32 50 43 41",
        steps="""
            learns an initialisation from which few gradient steps suffice
            protects weights that earlier tasks rely on
            replays samples from a generative model
            aligns class-conditional features of source and target
            decides which tasks should share layers
            compares queries with prototypes in a metric space that depends on the task
        """,
        data="miniImageNet; Omniglot; split CIFAR-100; Office-31; permuted MNIST; sinusoid regression; the Meta-Dataset",
        metrics="five-shot accuracy 58..84%; average accuracy after all tasks 48..90%; rate of forgetting 2..28% down",
        baselines="fine-tuned networks; joint training; domain-adversarial baselines; matching networks",
        findings="""
            good features explain most of the success of few-shot methods
            a small memory of old samples is more effective than any penalty
            first-order gradients lose little
            related tasks speed up learning by a factor of three
            adaptation without source data is nearly as good as with it
        """,
        meanings="""
            strong baselines are missing in much of the few-shot literature
            forgetting is a matter of data more than of algorithms
            task similarity should be measured before transfer is tried
        """,
        theorems="""
            the transfer risk is bounded by a divergence between tasks
            the learned initialisation reduces the sample complexity of new tasks
        """,
    ),
    topic(
        name="label-efficient learning",
        share=14,
        labels="cs.LG stat.ML 5; cs.LG 3; cs.CV cs.LG 2; stat.ML cs.LG 2; cs.LG cs.AI 1; cs.CV cs.LG stat.ML 2",
        extra="cs.CV cs.CL cs.HC cs.IR stat.ME",
        stems="Active Query Pseudo Noise Weak",
        settings="by active learning; with noisy labels; from pairwise comparisons; with unlabelled data; on a labelling budget; with calibrated confidence",
        terms="active learning; semi-supervised learning; label noise; query strategies; unlabelled samples; predictive uncertainty; self-training; consistency regularisation; annotators; pseudo labels; calibration; ensembles; positive-unlabelled learning; labelling functions; Bayesian neural networks; dropout sampling",
        background="""
            unlabelled data are plentiful while labels cost money
            active learning asks for the labels that promise to be most useful
            deep classifiers are often confident and wrong
            weak labels can be obtained from rules and several annotators
        """,
        gaps="""
            uncertain samples may simply be noise
            self-training confirms its own mistakes
            query strategies perform no better than chance in some tasks
            confidence does not fall when the input is unlike the training data
            annotators err in systematic ways
        """,
        methods="a batch active learning strategy; a semi-supervised training scheme; a noise-robust loss function; a Bayesian approximation by ensembles; a confidence calibration method; a crowd-aware classifier",
        leads="02 13 24 34 43 52",
        steps="""
            selects samples that are uncertain and different from one another
            asks for consistent predictions on perturbed copies of a sample
            estimates which labels are wrong from early training loss
            averages predictions over several random networks
            scales confidences on held-out data
            models the errors of each annotator
        """,
        data="CIFAR-10; SVHN; MNIST; a set of labels from 80 annotators; text categories; ImageNet with a tenth of the labels",
        metrics="test accuracy 70..95%; expected calibration error 1.2..9.0% down; number of labels in thousands 0.5..12 down",
        baselines="random sampling; supervised training; entropy sampling strategies; single networks",
        findings="""
            forty labels a class reach the accuracy of full supervision
            diversity matters in large batches and uncertainty in small ones
            ensembles of five are better calibrated than any single network
            wrong labels are learned late
            random sampling is difficult to beat in the first rounds
        """,
        meanings="""
            money is better spent on labels chosen with care
            confidence should be reported only after calibration
            the order in which samples are learned reveals their quality
        """,
        theorems="""
            the risk is estimated without bias from positive and unlabelled data
            the number of label queries is logarithmic in the required precision
        """,
    ),
)
