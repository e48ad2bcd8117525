"""Signals, computing systems, graphics and geometry."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="federated learning",
        share=15,
        labels="cs.LG cs.DC 6; cs.LG cs.DC stat.ML 4; cs.DC cs.LG 3; cs.LG stat.ML 1; cs.LG cs.CR 1",
        extra="cs.CR math.OC cs.AI eess.SP cs.CY",
        stems="Fed Client Edge Round Merge",
        settings="with heterogeneous clients; under limited bandwidth; against faulty clients; for mobile keyboards; across hospitals; with personalisation",
        terms="communication rounds; local updates; model averaging; mobile devices; heterogeneous data; gradient compression; stragglers; secure aggregation; personalisation; edge computing; decentralised training; servers; Byzantine workers; bandwidth; client sampling; convergence; privacy",
        background="""
            phones and hospitals hold data that must not leave them
            federated learning sends models to the data in place of data to the model
            communication and not computation limits training at the edge of the network
        """,
        gaps="""
            clients hold data from different distributions
            slow devices hold up every round
            faulty or malicious clients can ruin the average
            one global model fits no client perfectly
            updates still reveal something about the data
        """,
        methods="a federated optimisation algorithm; a compressed communication scheme; a robust aggregation rule; a personalised federated method; an asynchronous training protocol; a client selection strategy",
        leads="04 13 24 30 41 54",
        steps="""
            corrects the drift of local updates with control variates
            sends only the largest entries of each update and remembers the rest
            aggregates by a coordinate-wise median
            keeps the last layers on the device
            weights late updates by their age
            selects clients by how much they can contribute
        """,
        data="federated EMNIST; Shakespeare dialogues; CIFAR-10 split by class; sensor data from 900 phones; records of eight hospitals",
        metrics="number of communication rounds 40..700 down; client accuracy 68..91%; relative communication volume 0.02..0.60 down",
        baselines="federated averaging; local training; centralised training; synchronous protocols",
        findings="""
            a hundredth of the communication is enough
            personalised layers help the clients that are worst off
            drift of local updates explains slow convergence
            a fifth of malicious clients is tolerated
            accuracy comes close to centralised training
        """,
        meanings="""
            the average client is a poor target for optimisation
            communication can be traded for computation
            robust aggregation should be used by default
        """,
        theorems="""
            the algorithm converges at the same rate as centralised training
            the number of communication rounds is optimal for smooth functions
            no aggregation rule tolerates a majority of faulty clients
        """,
    ),
    topic(
        name="distributed training of deep networks",
        share=13,
        labels="cs.LG cs.DC 5; cs.DC cs.LG 5; cs.DC 2; cs.LG cs.DC stat.ML 1; cs.LG 1",
        extra="cs.NE math.OC cs.CV cs.AI cs.CL",
        stems="Dist Pipe Shard Para Cluster",
        settings="on clusters of graphics cards; with large batches; in the cloud; with asynchronous workers; on heterogeneous hardware",
        terms="data parallelism; parameter servers; graphics processors; asynchronous updates; large mini-batches; pipelines; scaling efficiency; scheduling; throughput; memory bandwidth; allreduce; model parallelism; workers; frameworks; compilers; fault tolerance; hardware accelerators",
        background="""
            training deep networks takes days even on powerful hardware
            adding workers shortens training only as long as communication keeps up
            clusters are shared between many training jobs
        """,
        gaps="""
            gradient exchange becomes the bottleneck beyond a few dozen workers
            large batches harm generalisation
            stale gradients slow down convergence
            models outgrow the memory of a single device
            schedulers ignore how training jobs behave
        """,
        methods="a pipeline-parallel training system; a gradient exchange protocol; a scheduler for training jobs; a large-batch optimiser; an automatic partitioning method; an asynchronous parameter server; a tensor compiler",
        leads="13 05 42 23 14 04 53",
        steps="""
            overlaps communication with the backward pass
            splits the network into stages that work on different batches
            adapts the learning rate of each layer to the batch size
            recomputes activations in place of storing them
            places jobs according to their measured throughput
            fuses operators to save memory bandwidth
        """,
        data="ImageNet on 256 graphics cards; a language model on 64 workers; traces of a shared cluster; a recommendation workload; a cluster of sixteen servers",
        metrics="scaling efficiency 58..94%; training time in hours 0.8..40 down; relative throughput 1.1..3.8",
        baselines="synchronous data parallelism; parameter servers; default schedulers; hand-tuned partitions",
        findings="""
            scaling is nearly linear up to two hundred workers
            a short warm-up is enough to stabilise large batches
            jobs finish a third sooner on the same hardware
            memory is halved for a tenth more computation
            staleness is harmless when it is bounded
        """,
        meanings="""
            systems and optimisation have to be designed together
            communication can be hidden more often than it must be reduced
            measured behaviour should guide the scheduler
        """,
    ),
    topic(
        name="EEG and ECG signal analysis",
        share=16,
        labels="eess.SP cs.LG 6; eess.SP 2; cs.LG eess.SP stat.ML 3; cs.HC cs.LG 1; q-bio.NC cs.LG 1; cs.LG eess.SP 2",
        extra="cs.HC q-bio.NC cs.NE stat.ML cs.AI",
        stems="Wave Pulse Sleep Cardio Neuro",
        settings="for sleep staging; on wearable devices; across subjects; for brain-computer interfaces; for arrhythmia detection; in real time",
        terms="electroencephalography; electrocardiograms; brain-computer interfaces; motor imagery; frequency bands; spatial filters; sleep stages; heartbeats; arrhythmia; electrodes; epileptic seizures; wavelet transforms; wearable sensors; signal artefacts; subjects; recordings; photoplethysmography",
        background="""
            electroencephalography records the activity of the brain through electrodes on the scalp
            brain-computer interfaces let paralysed people communicate
            wearable devices record heartbeats around the clock
            experts score a night of sleep by hand in two hours
        """,
        gaps="""
            signals vary between subjects and between days
            eye blinks and movements mask the signal of interest
            calibration sessions tire the user
            abnormal heartbeats are rare
            experts agree on four out of five sleep stages only
        """,
        methods="a convolutional network for raw signals; a subject-adaptive decoder; a sleep staging model; a Riemannian classifier of covariance matrices; a heartbeat classifier for wearable devices; a seizure prediction system",
        leads="03 13 23 13 54 05",
        steps="""
            learns spatial and temporal filters from raw recordings
            aligns the covariance matrices of new subjects
            models the sequence of sleep stages over the night
            removes artefacts by blind source separation
            runs on a microcontroller with a few kilobytes of memory
            transforms heartbeats into time-frequency images
        """,
        data="the BCI competition data; Sleep-EDF; the MIT-BIH arrhythmia data; PhysioNet recordings; 40 nights with a wearable headband; CHB-MIT seizures",
        metrics="classification accuracy 68..94%; kappa 0.58..0.85; seizure sensitivity 74..96%; number of false alarms per hour 0.1..0.6 down",
        baselines="common spatial patterns; hand-crafted frequency features; support vector machines; recurrent networks",
        findings="""
            two minutes of calibration suffice
            learned filters match known frequency bands
            a single channel is almost as good as six for sleep staging
            errors are concentrated at transitions between stages
            the battery of the device lasts a week
        """,
        meanings="""
            brain-computer interfaces can do without long calibration
            simple covariance features are surprisingly powerful
            home monitoring is ready for clinical trials
        """,
    ),
    topic(
        name="learning for wireless communication",
        share=16,
        labels="eess.SP cs.LG 6; eess.SP 4; cs.LG eess.SP stat.ML 1; cs.LG eess.SP 2",
        extra="cs.DC cs.NE math.OC cs.CR cs.AI",
        stems="Channel Radio Beam Modu Antenna",
        settings="with many antennas; under fading; for modulation recognition; in sensor networks; for indoor positioning; with radar",
        terms="channel estimation; massive MIMO; modulation classification; beamforming; spectrum sensing; signal detection; base stations; power allocation; received signals; fading channels; radar returns; antennas; OFDM; channel state information; resource allocation; interference; 5G networks",
        background="""
            wireless networks have to serve more devices in the same spectrum
            receivers estimate the channel before they detect symbols
            radar measures distance and speed in the dark
            communication systems are designed block by block
        """,
        gaps="""
            pilots consume bandwidth that could carry data
            optimal detection is exponential in the number of antennas
            channel models do not capture real hardware
            power allocation has to be solved within milliseconds
            signal strength indoors changes when people move
        """,
        methods="a learned channel estimator; a deep unfolded detector; a modulation classifier; a reinforcement learning scheduler; an autoencoder for the physical layer; a positioning system based on channel fingerprints",
        leads="13 04 35 42 21 35",
        steps="""
            unfolds an iterative detector into the layers of a network
            compresses channel state information for feedback
            learns transmitter and receiver together
            classifies raw samples without demodulation
            allocates power by a network trained on solved instances
            separates moving targets from clutter
        """,
        data="simulated fading channels; the RadioML recordings; measurements with a 64-antenna array; a test bed of software radios; indoor fingerprints from three buildings",
        metrics="bit error rate reduction in decibels 0.6..4.2; classification accuracy 56..93%; positioning error in metres 0.6..3.2 down; spectral efficiency 2.4..9.0",
        baselines="least squares estimators; maximum likelihood detectors; cumulant-based classifiers; water-filling solutions",
        findings="""
            half of the pilots can be saved
            the detector comes within a decibel of the optimum
            learned constellations resemble known ones at high power
            performance degrades gracefully when the channel differs from training
            inference takes less than a millisecond
        """,
        meanings="""
            learning is most useful where models are inaccurate
            expert knowledge and data should be combined in receivers
            field tests are needed beyond simulation
        """,
    ),
    topic(
        name="sparse signal recovery",
        share=13,
        labels="eess.SP 4; eess.SP cs.LG 4; math.NA cs.NA 1; eess.IV eess.SP 2; cs.LG eess.SP stat.ML 2; eess.IV cs.CV 1",
        extra="math.OC cs.CV stat.ML math.NA cs.DS cs.SD",
        stems="Sparse Sense Atom Dict Recov",
        settings="with learned dictionaries; from one-bit measurements; for hyperspectral imaging; with generative priors; on graphs; under noise",
        terms="sparse coding; dictionary learning; measurement matrices; restricted isometry; basis pursuit; message passing algorithms; wavelets; phase retrieval; graph signals; greedy pursuit; Fourier coefficients; sampling rates; denoising; iterative thresholding; hyperspectral unmixing; signal-to-noise ratio",
        background="""
            sparse signals can be recovered from fewer measurements than classical sampling demands
            natural signals are sparse in a suitable dictionary
            detectors often record intensity and lose phase
        """,
        gaps="""
            random measurement matrices are hard to build in hardware
            greedy pursuit fails when atoms are correlated
            iterative thresholding needs hundreds of iterations
            sparsity is too simple a prior for images
            noise is folded when signals are undersampled
        """,
        methods="a learned thresholding network; a dictionary learning algorithm; a generative prior for recovery; a structured measurement design; a phase retrieval algorithm; a sampling strategy for graph signals",
        leads="05 13 24 31 45 34",
        steps="""
            learns the thresholds and step sizes of ten iterations
            updates atoms online as signals arrive
            searches the range of a generative network
            designs binary masks that hardware can realise
            starts from a spectral estimate of the phase
            denoises in each iteration with a network
        """,
        data="synthetic sparse signals; natural image patches; AVIRIS scenes; diffraction patterns; temperature records on a sensor graph; speech frames",
        metrics="recovery rate 52..96%; reconstruction quality in decibels 14..36; sampling ratio 0.06..0.45 down",
        baselines="basis pursuit solvers; orthogonal matching pursuit; iterative thresholding algorithms; wavelet methods",
        findings="""
            ten learned iterations replace three hundred
            generative priors need a fifth of the measurements
            binary masks are as good as Gaussian matrices in practice
            the phase transition follows the theory closely
            learned atoms resemble edges and textures
        """,
        meanings="""
            priors should be learned where data are available
            hardware constraints can be part of the design
            classical theory predicts the behaviour of learned methods
        """,
        theorems="""
            exact recovery holds with a number of measurements proportional to the sparsity
            the learned iteration converges linearly
            the estimate is stable under bounded noise
        """,
    ),
    topic(
        name="neural rendering",
        share=18,
        labels="cs.CV cs.GR 5; cs.GR cs.CV 6; cs.CV cs.GR cs.LG 2; cs.GR 2; cs.CV 2",
        extra="cs.LG cs.HC cs.MM eess.IV cs.CG",
        stems="Render Light View Style Paint",
        settings="for novel views; for human avatars; under changing light; for materials; in real time; from sketches",
        terms="view synthesis; textures; rendering; surface reflectance; style transfer; volumetric representations; character animation; image editing; ray marching; geometry; global illumination; facial animation; inpainting; radiance fields; photorealism; artists; material appearance; image-based relighting",
        background="""
            photorealistic rendering requires detailed models of {geometry and materials|shape and light}
            artists spend weeks on a single digital character
            neural networks can synthesise new views from a set of photographs
            computer graphics and computer vision grow together
        """,
        gaps="""
            synthesised views flicker when the camera moves
            light and material are entangled in a photograph
            neural rendering is far from real time
            edits by the user are hard to propagate
            fine structures such as hair are blurred
        """,
        methods="a neural rendering approach; a differentiable renderer; a texture synthesis method; a style transfer network; a volumetric avatar model; an interactive image editing tool; a relighting network",
        leads="02 10 43 35 62 54 16",
        steps="""
            stores the scene as a continuous function of position and direction
            separates shading from reflectance
            warps nearby photographs and blends them
            transfers the brush strokes of a painting to a photograph
            fills holes with plausible structures and textures
            lets the artist steer the result with a few strokes
            drives a digital face with the expression of an actor
        """,
        data="captures of twelve indoor scenes; multi-view recordings of actors; a collection of measured materials; photographs of paintings; synthetic scenes with known light; Places",
        metrics="peak signal-to-noise ratio in decibels 24..34; perceptual distance 0.06..0.28 down; user preference 54..86%; frame time in milliseconds 8..140 down",
        baselines="image-based rendering methods; mesh-based reconstruction; patch-based synthesis; earlier neural renderers",
        findings="""
            viewers prefer the result in four out of five comparisons
            flicker disappears when features are attached to the scene
            thirty photographs are enough for convincing views
            edits made in one view appear correctly in all others
            relighting works best for matte materials
        """,
        meanings="""
            explicit geometry and learned appearance complement each other
            tools for artists should offer control as well as realism
            rendering can be learned from photographs alone
        """,
    ),
    topic(
        name="geometry processing",
        share=14,
        labels="cs.CG cs.GR 6; cs.GR cs.CG 2; cs.GR cs.CV 2; cs.CV cs.GR 2; cs.CG 1",
        extra="cs.CG cs.CV math.NA cs.LG cs.DS 68U10",
        stems="Mesh Shape Surf Topo Curve",
        settings="on triangle meshes; with topological guarantees; for shape matching; from noisy scans; of surfaces; by persistent homology",
        terms="triangle meshes; geodesic distances; persistent homology; shape correspondence; curvature; Laplace-Beltrami operators; surface reconstruction; parameterisation; Voronoi diagrams; topology; Delaunay triangulations; deformations; point samples; medial axes; convex hulls; implicit surfaces; shape analysis",
        background="""
            triangle meshes are the standard representation of surfaces
            persistent homology describes the shape of data across scales
            matching two shapes is needed in {animation|medicine|archaeology}
        """,
        gaps="""
            scanned surfaces have holes and noise
            near-isometric matching is ambiguous for symmetric shapes
            topological summaries are not vectors
            exact geodesics are expensive on large meshes
            reconstructed surfaces have handles that do not exist
        """,
        methods="a surface reconstruction algorithm; a functional map method; a topological descriptor; a mesh simplification method; a geodesic distance algorithm; a parameterisation technique",
        leads="43 10 21 34 05 54",
        steps="""
            computes distances by solving two sparse linear systems
            matches functions on shapes in place of points
            turns persistence diagrams into stable vectors
            collapses edges while it preserves curvature
            fits an implicit surface to oriented points
            cuts the surface along short loops before it is flattened
        """,
        data="the FAUST shapes; the TOSCA meshes; scans of statues; proteins; CAD models; random point samples from known surfaces",
        metrics="geodesic error 0.02..0.16 down; Hausdorff distance 0.10..0.90 down; runtime in seconds 0.4..36 down",
        baselines="nearest neighbour matching; spectral descriptors; Poisson reconstruction; exact algorithms",
        findings="""
            approximate distances differ from exact ones by one per cent
            functional maps survive holes and missing limbs
            topological features separate proteins that other descriptors confuse
            meshes of ten million triangles are processed in a minute
            sharp edges are preserved
        """,
        meanings="""
            topology adds information that geometry alone does not carry
            linear algebra replaces combinatorial search in shape matching
            robustness matters more than exactness for scanned data
        """,
        theorems="""
            the reconstruction is homeomorphic to the surface if the sample is dense enough
            the descriptor is stable under perturbation of the input
            the problem can be solved in time n log n in the plane
        """,
    ),
)
