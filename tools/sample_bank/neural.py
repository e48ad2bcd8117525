"""Neural and evolutionary computing."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="evolutionary optimisation",
        share=18,
        labels="cs.NE 6; cs.NE cs.AI 5; cs.NE cs.LG 1",
        extra="cs.AI math.OC cs.LG cs.DS",
        stems="Evo Muta Fit Gene Popu",
        settings="on noisy landscapes; with many objectives; for combinatorial problems; under constraints; with small populations",
        terms="genetic algorithms; mutation rates; crossover; fitness landscapes; population size; selection pressure; evolution strategies; Pareto fronts; differential evolution; swarm intelligence; benchmark functions; runtime analysis; local optima; diversity; covariance matrix adaptation; offspring; metaheuristics",
        background="""
            evolutionary algorithms search without gradients by {mutation, crossover and selection|variation and selection}
            many engineering problems have several conflicting objectives
            genetic algorithms are inspired by natural evolution
            particle swarms imitate the flocking of birds
        """,
        gaps="""
            populations lose their diversity and converge to local optima
            good parameter settings differ from problem to problem
            dominance loses its meaning as the number of objectives grows
            runtime results exist mostly for artificial functions
            evaluating the fitness of a candidate may take hours
        """,
        methods="a genetic algorithm with adaptive mutation; a many-objective evolutionary algorithm; a surrogate-assisted evolution strategy; a differential evolution variant; an ant colony algorithm; a particle swarm optimiser with niches; a memetic algorithm",
        leads="04 13 25 46 53 36 51",
        steps="""
            adapts mutation rates according to the success of recent offspring
            keeps an archive of diverse solutions along the Pareto front
            replaces most fitness evaluations by a cheap surrogate
            divides the population into islands that exchange their best members
            learns which variables belong together before crossover
            applies local search to the fittest individuals
            restarts with a larger population when progress stalls
        """,
        data="the BBOB benchmark functions; travelling salesman instances; knapsack problems; the DTLZ problems; an antenna design task; job shop schedules",
        metrics="hypervolume 0.52..0.91; number of evaluations in thousands 4..80 down; success rate 48..97%",
        baselines="standard genetic algorithms; evolution strategies; random search methods; particle swarm optimisers",
        findings="""
            adaptive rates match the best fixed rate found by hand
            crossover pays off on problems with separable parts
            the surrogate saves three quarters of the fitness evaluations
            larger populations help on noisy functions only
            islands preserve diversity over many generations
        """,
        meanings="""
            self-adaptation should replace manual tuning of evolutionary algorithms
            benchmark functions ought to resemble real problems more closely
            theory can guide the choice of mutation rates
        """,
        theorems="""
            the expected optimisation time on linear functions is of order n log n
            crossover reduces the expected runtime by a constant factor
            small populations need exponential time on deceptive functions
        """,
    ),
    topic(
        name="spiking neural computation",
        share=14,
        labels="cs.NE 5; cs.NE q-bio.NC 4; cs.NE cs.LG 3; cs.NE cs.CV 1",
        extra="q-bio.NC cs.CV cs.LG cs.AI eess.SP",
        stems="Spike Neuro Synapse Pulse Axon",
        settings="on neuromorphic hardware; with local learning rules; for event cameras; at low power; with temporal codes",
        terms="spiking neurons; spike-timing-dependent plasticity; synaptic weights; membrane potentials; neuromorphic chips; event-based sensors; Hebbian learning; firing rates; surrogate gradients; leaky integrate-and-fire models; memristors; biologically plausible learning; energy consumption; backpropagation; recurrent circuits; dendrites",
        background="""
            the brain computes with spikes and uses a few watts
            spiking neurons stay silent most of the time, which saves energy
            neuromorphic hardware places memory next to computation
            backpropagation is hard to reconcile with biology
        """,
        gaps="""
            spikes have no derivative, so that gradient descent does not apply directly
            local learning rules lag behind backpropagation in accuracy
            conversion from conventional networks needs many time steps
            memristive synapses are noisy and have few levels
            benchmarks made for frames waste the timing of events
        """,
        methods="a spiking network trained with surrogate gradients; a local plasticity rule; a conversion method for deep networks; a spiking reservoir; a memristor-aware training scheme; a model of dendritic learning",
        leads="02 15 32 24 35 41",
        steps="""
            replaces the derivative of a spike by a smooth surrogate
            strengthens a synapse when a reward follows its activity
            codes values by the time of the first spike
            balances thresholds and weights layer by layer
            feeds errors back through fixed random connections
            keeps firing rates in a healthy range by homeostasis
        """,
        data="MNIST; the DVS gesture recordings; N-Caltech101; spoken digits; CIFAR-10; simulated odours",
        metrics="classification accuracy 78..98%; energy per inference in microjoules 0.8..40 down; number of spikes per neuron 0.5..6 down",
        baselines="converted networks; rate-coded networks; conventional recurrent networks; unsupervised plasticity rules",
        findings="""
            first spikes alone carry most of the information
            the chip uses a fraction of the energy of an embedded processor
            random feedback works as well as exact feedback in shallow networks
            noise of the synapses acts as a regulariser
            eight time steps are enough after conversion
        """,
        meanings="""
            learning rules of the brain need not copy backpropagation
            events and spikes are a natural pair
            energy should be reported beside accuracy
        """,
    ),
    topic(
        name="recurrent sequence modelling",
        share=15,
        labels="cs.NE cs.LG 3; cs.LG cs.NE 4; cs.LG cs.NE stat.ML 4; cs.NE 2; cs.LG stat.ML 1",
        extra="cs.CL cs.AI stat.ML q-bio.NC eess.SP",
        stems="Recur Gate Memory Echo Seq",
        settings="over long horizons; with gated units; with external memory; on small devices; with orthogonal weights",
        terms="long short-term memory; vanishing gradients; gated units; hidden states; echo state networks; orthogonal matrices; external memory; backpropagation through time; character-level models; copying tasks; layer normalisation; recurrent weights; reservoirs; dropout; activation functions; memory capacity",
        background="""
            recurrent neural networks summarise the past in a hidden state
            gated units such as long short-term memory carry information over hundreds of steps
            reservoir computing trains nothing but the output weights
        """,
        gaps="""
            gradients vanish or explode over long sequences
            recurrent updates cannot be computed in parallel
            it is unclear what the gates contribute individually
            memory is limited by the size of the hidden layer
            dropout disturbs the memory when applied carelessly
        """,
        methods="a gated recurrent unit with few parameters; an orthogonal recurrent network; a memory-augmented network; a deep echo state network; a recurrent dropout scheme; a multi-timescale recurrent architecture",
        leads="35 04 25 51 43 13",
        steps="""
            keeps the recurrent weight matrix orthogonal throughout training
            updates parts of its hidden state at different rates
            writes to and reads from an external memory
            skips state updates that would change little
            drops the same hidden units at every time step
            separates what is remembered from what is output
        """,
        data="the Penn Treebank characters; sequential MNIST; copying and adding tasks; polyphonic music; handwriting trajectories; the Mackey-Glass series",
        metrics="character-level entropy in bits 1.18..1.52 down; sequence accuracy 78..99%; perplexity 58..110 down",
        baselines="long short-term memory networks; simple recurrent networks; gated recurrent units; echo state networks",
        findings="""
            the forget gate is the only gate that cannot be spared
            orthogonal weights solve copying tasks at a thousand steps
            half of the state updates can be skipped
            slow units learn to represent phrases
            well-tuned plain networks close most of the gap
        """,
        meanings="""
            simpler recurrent units are often sufficient
            long memory is a question of dynamics and not of size
            reservoirs remain attractive where training must be cheap
        """,
        theorems="""
            the norm of the gradient is preserved over any number of steps
            a reservoir with n units has a memory capacity of at most n
        """,
    ),
    topic(
        name="neural architecture search",
        share=16,
        labels="cs.NE cs.LG 3; cs.LG cs.NE 3; cs.CV cs.LG cs.NE 2; cs.LG stat.ML 2; cs.NE 1; cs.LG cs.NE stat.ML 2; cs.CV cs.NE 2",
        extra="cs.CV cs.AI cs.DC cs.CL",
        stems="Arch Cell Search Topo Hyper",
        settings="with weight sharing; under a latency budget; by neuroevolution; for hyperparameters; with few evaluations",
        terms="search spaces; neuroevolution; weight sharing; hyperparameter optimisation; early stopping; performance predictors; genetic programming; network topologies; convolutional cells; hypernetworks; mutation operators; latency; automated machine learning; random search; proxy tasks; network depth",
        background="""
            designing neural network architectures takes experience and patience
            automated machine learning promises models without manual tuning
            neuroevolution changes weights and topologies of networks together
        """,
        gaps="""
            searching by training every candidate costs thousands of processor hours
            weight sharing ranks architectures unreliably
            many search methods do no better than random search in the same space
            found architectures are seldom tested on other tasks
            latency on the target device is ignored during the search
        """,
        methods="an evolutionary architecture search; a differentiable search method; a performance predictor for architectures; a bandit-based hyperparameter optimiser; a network morphism scheme; a genetic programming system for networks",
        leads="04 25 15 31 02 50",
        steps="""
            mutates architectures while keeping the function they compute
            predicts final accuracy from the first epochs of training
            shares weights among all candidates of a super-network
            stops poor configurations early and frees resources for better ones
            includes measured latency in the fitness of a network
            encodes cells as graphs and searches in a learned latent space
        """,
        data="CIFAR-10; NAS-Bench-201; ImageNet; the Penn Treebank; twelve tabular tasks; SVHN",
        metrics="test error 2.4..7.8% down; search cost in days 0.3..9.0 down; rank correlation 0.42..0.88",
        baselines="hand-designed networks; random search methods; reinforcement learning controllers; Bayesian optimisers",
        findings="""
            a day on one graphics card is enough for the search
            the search space matters more than the search method
            evolved networks are smaller at equal accuracy
            predictors trained on a hundred networks rank thousands well
            architectures found on small images transfer to large ones
        """,
        meanings="""
            random search belongs into every comparison
            hardware should be part of the objective
            automated design is affordable outside large laboratories
        """,
    ),
    topic(
        name="neural network compression",
        share=18,
        labels="cs.CV cs.LG 2; cs.LG cs.NE 3; cs.CV cs.LG cs.NE 2; cs.NE cs.LG 2; cs.LG stat.ML 2; cs.CV cs.NE 2; cs.CV 2",
        extra="cs.DC cs.CV stat.ML cs.AI eess.IV",
        stems="Prune Quant Tiny Slim Sparse",
        settings="for mobile devices; with low-bit weights; without retraining; for recurrent layers; on custom hardware",
        terms="weight pruning; quantisation; knowledge distillation; binary weights; filter pruning; low-rank factorisation; sparsity; inference latency; memory footprint; ImageNet accuracy; lottery tickets; hardware accelerators; convolutional layers; fixed-point arithmetic; structured sparsity; student networks; energy efficiency",
        background="""
            deep convolutional networks hold tens of millions of weights, most of which are redundant
            phones and sensors have little memory and power for inference
            a small student network can learn from the outputs of a large teacher
        """,
        gaps="""
            unstructured sparsity hardly speeds up inference on common hardware
            binary weights cost several points of accuracy
            retraining after pruning takes as long as training itself
            layers differ in how much pruning they tolerate
            operations are counted while latency is what matters
        """,
        methods="a structured pruning method; a mixed-precision quantisation scheme; a distillation loss; a binary convolutional network; a low-rank factorisation of convolutional layers; a training scheme for sparse networks",
        leads="04 13 25 35 54 40",
        steps="""
            removes whole filters according to their effect on the loss
            assigns a bit width to every layer under a memory budget
            matches the activations of student and teacher
            learns the step size of the quantiser together with the weights
            lets pruned connections grow back during training
            folds scaling factors into the next layer
        """,
        data="ImageNet; CIFAR-10; CIFAR-100; a keyword spotting task; MNIST",
        metrics="top-1 accuracy 61..76%; compression ratio 4..48; latency in milliseconds 9..85 down",
        baselines="magnitude pruning; uniform quantisers; dense networks; distilled networks",
        findings="""
            four bits are enough for weights and activations
            nine out of ten weights can be removed before accuracy suffers
            the first and the last layer should be left alone
            small dense networks are worse than large sparse ones of equal size
            measured speed-ups are half of what operation counts suggest
        """,
        meanings="""
            compression should be judged by time and energy on real devices
            overparameterisation helps training more than inference
            precision is best treated as something to be learned
        """,
    ),
)
