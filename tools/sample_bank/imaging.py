"""Computer vision: images and videos restored, generated, described, counted and measured."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="adversarial image synthesis",
        share=26,
        labels="cs.CV 4; cs.CV cs.LG 6; cs.LG stat.ML 3; cs.CV cs.LG stat.ML 2; cs.CV cs.GR 1; cs.LG cs.CV stat.ML 1",
        extra="cs.GR cs.AI cs.NE cs.MM eess.IV stat.ML",
        stems="Gan Synth Image Dream Style",
        settings="with few training images; at high resolution; without paired data; with controllable attributes; under stable training; from text",
        terms="generative adversarial networks; discriminators; mode collapse; latent codes; image-to-image translation; spectral normalisation; cycle consistency; Wasserstein losses; conditional generation; facial attributes; style mixing; gradient penalties; unpaired images; generators; inception scores; semantic layouts",
        background="""
            generative adversarial networks produce images that are hard to tell from photographs
            a generator and a discriminator are trained against one another
            translation between image domains no longer needs paired examples
            synthetic images can extend small training sets
        """,
        gaps="""
            training is unstable and sensitive to hyperparameters
            generators drop whole modes of the data distribution
            no single score captures both quality and diversity
            translated images lose the content that should be preserved
            single attributes cannot be changed without affecting others
        """,
        methods="a conditional generative adversarial network; an unpaired image translation model; a regulariser for discriminators; a progressive generator; an attribute editing network; a layout-to-image generator; a data-efficient training scheme",
        leads="56 15 02 35 41 65 20",
        steps="""
            penalises the gradient of the discriminator near real images
            separates content codes from style codes
            augments real and generated images alike before the discriminator sees them
            grows the resolution of generator and discriminator together
            inverts photographs into the latent space before it edits them
            asks the discriminator to judge single patches as well as the entire image
            draws objects into a given semantic layout
        """,
        data="CelebA; LSUN bedrooms; CIFAR-10; ImageNet; edges and shoes; a set of 2,500 paintings; Cityscapes layouts",
        metrics="Fréchet inception distance 6..48 down; inception score 6.2..9.6; user preference 52..81%",
        baselines="unregularised adversarial networks; cycle-consistent networks; variational autoencoders; autoregressive generators",
        findings="""
            two thousand training images suffice for convincing results
            mode collapse is delayed but not abolished
            directions in the latent space correspond to attributes such as {age and smile|light and pose}
            human raters and automatic scores agree on large differences only
            regularisation matters more than the choice of loss
        """,
        meanings="""
            stability of training can be had at little cost
            generated images are useful for training when labels come with them
            diversity should be measured beside quality
        """,
        theorems="""
            gradient descent converges locally under the proposed penalty
            the optimal discriminator is Lipschitz
        """,
    ),
    topic(
        name="image restoration",
        share=26,
        labels="eess.IV cs.CV 6; cs.CV 5; cs.CV eess.IV 3; cs.CV cs.LG eess.IV 1; eess.IV cs.CV cs.LG 1",
        extra="cs.MM cs.GR math.NA eess.SP cs.LG 68U10",
        stems="Super Restore Sharp Clear Pix",
        settings="from a single image; with unknown degradations; for compressed photographs; in low light; for burst photography; under haze",
        terms="super-resolution; denoising; deblurring; residual blocks; perceptual losses; noise models; blur kernels; non-local means; patch priors; peak signal-to-noise ratio; dehazing; texture details; low-light images; total variation; image priors; demosaicking; sub-pixel layers",
        background="""
            small sensors produce noisy photographs of limited resolution
            restoration recovers a clean image from a blurred and noisy one
            convolutional networks map low-resolution images to high-resolution ones
            haze reduces contrast in {outdoor|aerial} photographs
        """,
        gaps="""
            networks trained on bicubic down-sampling fail on real photographs
            averaging over plausible images leads to blurred textures
            real noise depends on the camera and on its settings
            large networks are too slow for phones
            clean reference images cannot be recorded for most scenes
        """,
        methods="a residual super-resolution network; a blind denoising network; a deblurring method; a plug-and-play restoration algorithm; a low-light enhancement network; a dehazing network; a recurrent network for video restoration",
        leads="26 15 06 53 54 36 45",
        steps="""
            estimates blur kernel and sharp image in turn
            learns from pairs of noisy images without clean ones
            reuses features by dense residual connections
            searches for similar patches across the entire image
            fuses several frames that are aligned by optical flow
            adapts to the noise level of the input
            trades pixel errors for realistic texture with an adversarial loss
        """,
        data="Set14; DIV2K; BSD68; Urban100; the smartphone denoising data; 600 hazy road scenes; GoPro videos",
        metrics="peak signal-to-noise ratio in decibels 25..38; structural similarity 0.74..0.96; perceptual distance 0.10..0.36 down",
        baselines="bicubic interpolation; sparse coding methods; deep residual networks; block-matching filters",
        findings="""
            repeated structures such as windows are recovered best
            real photographs gain more than synthetic ones
            the network has a tenth of the usual weights
            observers prefer sharper images even if errors are larger
            noise-to-noise training comes within a fraction of a decibel
        """,
        meanings="""
            realistic degradations are worth more than deeper networks
            restoration should be tested on photographs as they are taken
            self-similarity remains a powerful prior
        """,
    ),
    topic(
        name="vision-and-language understanding",
        share=20,
        labels="cs.CV cs.CL 8; cs.CV 3; cs.CV cs.AI 2; cs.CV cs.CL cs.LG 2; cs.CL 1; cs.CV cs.LG 1",
        extra="cs.AI cs.LG cs.HC cs.MM cs.RO cs.IR",
        stems="Caption Ask Visual Ground Narr",
        settings="with object relations; without paired sentences; for blind users; over several turns; with compositional questions; for videos",
        terms="image captions; visual question answering; attention over regions; language priors; scene graphs; recurrent decoders; visual grounding; referring expressions; multimodal fusion; bilinear attention; question types; word generation; dense descriptions; object relations; visual reasoning; textual features",
        background="""
            describing an image in words joins computer vision and natural language processing
            questions about images test whether a system understands what it sees
            captions make images accessible to blind users
        """,
        gaps="""
            answers follow from the question alone in many cases
            captions mention frequent objects and ignore the unusual
            relations between objects are seldom described correctly
            objects are mentioned that the image does not contain
            reward by word overlap favours bland sentences
        """,
        methods="a region-attention captioning model; a graph-based visual question answering network; a modular reasoning network; a grounded captioning model; a debiased question answering model; a multimodal transformer",
        leads="05 14 23 50 32 40",
        steps="""
            attends to image regions word by word
            builds a scene graph before it generates a sentence
            composes small modules according to the question
            subtracts what can be answered without the image
            fuses words and regions by low-rank bilinear products
            grounds every noun of the caption in a region
        """,
        data="MS COCO captions; VQA 2.0; Visual Genome; CLEVR; GQA; Flickr30k; photographs taken by blind people",
        metrics="CIDEr score 86..128; answer accuracy 54..76%; grounding accuracy 48..78%; BLEU-4 score 26..39",
        baselines="recurrent captioning models; attention baselines; question-only models; region-based networks",
        findings="""
            a third of the correct answers need no image
            scene graphs help with counting and spatial relations
            captions become more specific when unusual objects are rewarded
            humans find grounded captions more trustworthy
            colours and numbers remain the hardest words
        """,
        meanings="""
            vision should matter in visual question answering
            grounding makes language models about images accountable
            evaluation ought to reward saying what is unusual
        """,
    ),
    topic(
        name="scene text and document recognition",
        share=18,
        labels="cs.CV 9; cs.CV cs.LG 2; cs.CV cs.AI 1; cs.CV cs.CL 2; cs.CV cs.IR 1",
        extra="cs.CL cs.IR cs.MM cs.LG cs.NE",
        stems="Text Glyph Script Read Page",
        settings="in natural images; in historical manuscripts; for curved text; for handwritten forms; across scripts; for tables",
        terms="text detection; character recognition; handwriting; word spotting; connectionist temporal classification; document layouts; binarisation; curved text lines; optical character recognition; writer identification; tables; scanned pages; attention decoders; lexicons; synthetic fonts; signatures",
        background="""
            text in {street scenes|photographs} names {shops and streets|products and places}
            archives hold millions of handwritten pages that cannot be searched
            reading a form requires that its layout is understood
        """,
        gaps="""
            curved and slanted words do not fit into rectangles
            old ink fades and shines through the page
            few scripts have large training sets
            attention drifts in long text lines
            tables without rules are hard to segment
        """,
        methods="a text detector for arbitrary shapes; a handwriting recogniser; a word spotting method; a document layout analyser; a binarisation network; a table structure recogniser",
        leads="01 24 34 25 42 52",
        steps="""
            follows the centre line of each word
            rectifies curved text before it is read
            segments lines and recognises them with one network
            embeds images and character strings in one space
            trains on words rendered in thousands of fonts
            predicts rows and columns as overlapping regions
        """,
        data="ICDAR 2015; Total-Text; the IAM handwriting data; George Washington's letters; invoices from 60 companies; Devanagari forms; SynthText",
        metrics="detection F-measure 72..92%; character error rate 3..14% down; word accuracy 68..95%; word spotting precision 0.66..0.96",
        baselines="regression-based text detectors; recurrent line recognisers; threshold-based methods; attention-based readers",
        findings="""
            synthetic words are enough to train the recogniser
            rectification helps only with strongly curved text
            a hundred transcribed lines adapt the system to a new hand
            most errors are due to missed spaces
            layout and text should be predicted together
        """,
        meanings="""
            archives can be made searchable without full transcription
            one architecture can serve many scripts
            detection and reading of text support each other
        """,
    ),
    topic(
        name="crowd counting",
        share=12,
        labels="cs.CV 12; cs.CV cs.LG 2; cs.CV cs.AI 1",
        extra="cs.LG cs.MM cs.SI cs.AI cs.RO",
        stems="Crowd Count Dense Head Flow",
        settings="in dense scenes; with point annotations; across viewpoints; from drones; with few labelled images",
        terms="density maps; head annotations; scale variation; perspective; dilated layers; multi-column networks; attention masks; regression; local counts; surveillance; congested scenes; point supervision; vehicles; cell counting; ranking losses",
        background="""
            the size of a crowd matters for {safety|planning} at public events
            networks predict a density map whose integral is the number of people
            counting applies to cells, vehicles and animals as well
        """,
        gaps="""
            heads near the camera are a hundred times larger than those far away
            density maps blur the position of people
            annotating thousands of heads in one image is tedious
            a model trained on one square fails on another
            background textures are counted as people
        """,
        methods="a multi-scale counting network; a point-supervised localisation network; a perspective-aware density estimator; a counting method with ranking constraints; an attention-guided counter",
        leads="03 14 30 24 40",
        steps="""
            selects the receptive field for each location
            compares point sets directly by optimal transport
            learns from the fact that a crop never holds more people than the image
            estimates perspective from the vanishing of heads
            masks the background before it counts
        """,
        data="ShanghaiTech; UCF-QNRF; WorldExpo'10; NWPU-Crowd; 500 drone images of festivals; penguin colonies",
        metrics="mean absolute error 58..190 down; root mean squared counting error 92..280 down; localisation F1 55..80%",
        baselines="multi-column networks; density regression networks; detection-based counters; dilated networks",
        findings="""
            the error is lowest where crowds are densest
            localisation and counting improve together
            unlabelled images reduce the error by a tenth
            perspective explains most of the scale variation
            background masks remove nearly all phantom people
        """,
        meanings="""
            positions are a better target than density maps
            ranking offers supervision without annotation
            counters should report where they are unsure
        """,
    ),
    topic(
        name="visual saliency prediction",
        share=14,
        labels="cs.CV 9; cs.CV cs.LG 1; cs.CV cs.HC 2; cs.CV cs.AI 1; cs.CV q-bio.NC 1",
        extra="q-bio.NC cs.HC cs.MM cs.GR eess.IV",
        stems="Salient Gaze Focus Eye Atten",
        settings="for salient objects; in videos; with depth; from eye movements; with weak labels; for camouflaged objects",
        terms="eye fixations; salient objects; centre bias; attention models; boundary quality; RGB-D images; contrast features; co-saliency; bottom-up attention; superpixels; fixation maps; edge guidance; visual search; background priors; human observers",
        background="""
            people look at a small part of an image first
            salient object detection separates what stands out from the rest
            models of attention guide {compression|cropping|robots}
        """,
        gaps="""
            fixations depend on the task given to the observer
            low contrast between object and background defeats most methods
            boundaries of predicted objects are fuzzy
            depth maps of consumer cameras are noisy
            text and faces attract attention more than contrast explains
        """,
        methods="a salient object detection network; a fixation prediction model; a depth-guided saliency method; a co-saliency model; a boundary-aware refinement module; a model of visual search",
        leads="03 41 20 53 03 41",
        steps="""
            refines a coarse map with the help of object edges
            combines bottom-up contrast with top-down semantics
            checks the quality of depth before it is used
            spreads saliency among similar superpixels
            predicts the order of fixations
            compares images of a group to find what they share
        """,
        data="DUTS; ECSSD; SALICON; MIT1003; NLPR; eye movements of 40 observers; CAMO",
        metrics="weighted F-measure 0.62..0.91; mean absolute error 0.03..0.12 down; fixation AUC 0.76..0.90",
        baselines="contrast-based methods; fully convolutional networks; graph-based methods; earlier fixation models",
        findings="""
            edges and regions are best supervised together
            depth helps with cluttered backgrounds
            centre bias accounts for a surprising share of the score
            faces are fixated within the first second
            observers agree less on outdoor scenes
        """,
        meanings="""
            saliency is more than contrast
            models of attention should state the task of the observer
            data sets are biased towards single objects in the centre
        """,
    ),
    topic(
        name="remote sensing image analysis",
        share=20,
        labels="cs.CV 6; cs.CV cs.LG 4; cs.CV eess.IV 3; eess.IV cs.CV 2; cs.CV cs.LG eess.IV 1; cs.CV cs.AI 1",
        extra="cs.LG cs.CY eess.SP cs.AI stat.ML",
        stems="Geo Sat Land Aero Terra",
        settings="from satellites; for change detection; with hyperspectral data; for building extraction; in agriculture; after disasters",
        terms="satellite images; hyperspectral bands; land cover; change detection; building footprints; synthetic aperture radar; aerial photographs; road extraction; vegetation indices; crop types; cloud masks; multi-temporal images; spectral signatures; rotated boxes; digital elevation models; spatial resolution",
        background="""
            satellites image the whole earth every few days
            land cover maps support {agriculture|city planning|disaster relief}
            hyperspectral sensors record hundreds of narrow bands
        """,
        gaps="""
            clouds hide the ground in half of all images
            objects appear in all orientations and are very small
            few pixels are labelled in comparison to the number of bands
            a model trained on one continent fails on another
            season and light cause changes that are of no interest
        """,
        methods="a land cover classification network; a change detection network; a hyperspectral classifier; a road extraction method; a detector for rotated objects; a fusion model for radar and optical images",
        leads="05 15 05 40 35 20",
        steps="""
            combines spatial and spectral features in separate branches
            compares images of two dates in feature space
            fills cloudy regions with radar
            predicts the orientation of each object together with its box
            connects broken roads by graph search
            pretrains on unlabelled scenes from all continents
        """,
        data="EuroSAT; the Indian Pines scene; SpaceNet; DOTA; Sentinel-2 time series; images taken before and after an earthquake; Pavia University",
        metrics="overall accuracy 78..98%; building F1 68..90%; mean average precision 52..78%; change detection F1 60..90%",
        baselines="pixel-wise random forests; patch-based networks; spectral classifiers; axis-aligned detectors",
        findings="""
            time series separate crops that look alike on any single day
            radar recovers most of what clouds hide
            fifty labelled pixels a class are enough
            maps transfer between countries after brief fine-tuning
            shadows of tall buildings cause most false changes
        """,
        meanings="""
            the time dimension is the greatest asset of satellite data
            maps should come with an estimate of their accuracy
            relief organisations can be served within hours
        """,
    ),
    topic(
        name="self-supervised visual representation learning",
        share=20,
        labels="cs.CV cs.LG 6; cs.CV 6; cs.CV cs.AI cs.LG 2; cs.LG cs.CV stat.ML 1; cs.CV cs.LG stat.ML 2",
        extra="cs.AI stat.ML cs.NE cs.RO cs.MM",
        stems="Self Contrast View Rep Pretext",
        settings="from unlabelled images; from video; with small batches; for dense tasks; across modalities; without negatives",
        terms="contrastive losses; pretext tasks; image augmentations; negative pairs; momentum encoders; linear evaluation; clustering of features; jigsaw puzzles; instance discrimination; transfer performance; rotation prediction; colourisation; memory banks; convolutional encoders; invariances; autoencoding",
        background="""
            images without labels are available in nearly unlimited numbers
            features learned on a pretext task can be transferred to recognition
            contrastive methods bring two views of one image together
            children learn to see without being told the names of things
        """,
        gaps="""
            networks solve pretext tasks by shortcuts such as {chromatic aberration|image borders}
            large batches of negative pairs need costly hardware
            invariance to colour hurts the recognition of flowers and birds
            features that suit classification may not suit localisation
            collapse to a constant is a danger without negatives
        """,
        methods="a contrastive learning method; a clustering-based pretraining scheme; a video pretext task; a dense contrastive objective; a masked image model; a multi-modal self-supervised network",
        leads="34 14 23 03 43 53",
        steps="""
            contrasts local features as well as global ones
            alternates between clustering features and predicting clusters
            predicts the order of video frames
            chooses augmentations by the task at hand
            avoids collapse by decorrelating the output dimensions
            predicts sound from images and images from sound
        """,
        data="ImageNet without labels; Places; PASCAL VOC detection; STL-10; a million video clips; iNaturalist",
        metrics="linear evaluation accuracy 52..75%; detection average precision 44..58%; accuracy with one per cent of labels 38..66%",
        baselines="supervised pretraining; jigsaw pretraining; contrastive baselines; random initialisation",
        findings="""
            features match supervised ones for detection
            the choice of augmentations matters more than the loss
            a batch of 256 images is enough
            local objectives help dense tasks and do no harm elsewhere
            longer training keeps on paying off
        """,
        meanings="""
            labels are not needed to learn transferable features
            invariances should be chosen and not inherited
            pretraining objectives ought to resemble the tasks they serve
        """,
    ),
    topic(
        name="variational image segmentation",
        share=18,
        labels="cs.CV 6; cs.CV math.NA 3; cs.CV 68U10 2; cs.CV I.4.6 3; math.NA cs.NA 2; cs.CV math.OC 1; cs.CV eess.IV 1",
        extra="68U10 I.4.6 math.NA math.OC cs.GR cs.NA eess.IV cs.CG cs.DS",
        stems="Contour Level Snake Edge Cut",
        settings="by level sets; with shape priors; for touching objects; under intensity inhomogeneity; with user scribbles; by graph cuts",
        terms="active contours; level set functions; energy functionals; graph cuts; edge detection; Mumford-Shah models; region growing; watersheds; convex relaxation; thresholding; mathematical morphology; image partitions; curve evolution; partial differential equations; boundary length; anisotropic diffusion; texture descriptors",
        background="""
            image segmentation divides an image into meaningful regions
            active contours evolve a curve towards object boundaries
            many image processing problems can be written as the minimisation of an energy
        """,
        gaps="""
            energies have local minima in which the contour gets stuck
            intensity varies slowly across the image
            touching objects are merged into one
            parameters have to be tuned for every image
            discretisation favours boundaries along the grid
        """,
        methods="a convex segmentation model; a level set method with shape priors; a graph cut algorithm; an interactive segmentation tool; an edge detector; a line profile algorithm; a fast marching scheme",
        leads="05 13 50 42 25 23 31",
        steps="""
            relaxes the labelling problem to a convex one and rounds its solution
            estimates the bias field and the contour together
            splits touching objects along lines of minimal intensity
            evolves the contour by a fast numerical scheme
            learns the weights of the energy from a few scribbles
            penalises boundary length independent of the grid
        """,
        data="the Berkeley segmentation data; microscopy images of grains; the Weizmann horses; photographs of seeds; synthetic phantoms; leaf images",
        metrics="boundary F-measure 0.56..0.82; overlap with manual outlines 0.72..0.94; runtime in seconds 0.3..28 down",
        baselines="classical active contours; watershed methods; thresholding methods; random walker methods",
        findings="""
            the result does not depend on the initial contour
            touching objects are separated in nine of ten images
            the convex model is within one per cent of the optimum
            two scribbles an object are enough
            boundaries are accurate to less than a pixel
        """,
        meanings="""
            classical models remain useful where no training data exist
            convexity removes the need for careful initialisation
            energies and learned features can be combined
        """,
        theorems="""
            the relaxed problem has a minimiser and thresholding it gives a global optimum
            the numerical scheme is stable and converges
            a unique viscosity solution of the evolution equation exists
        """,
    ),
    topic(
        name="structure from motion",
        share=16,
        labels="cs.CV 9; cs.CV cs.RO 3; cs.CV cs.GR 2; cs.CV math.OC 1; cs.CV cs.LG 1",
        extra="cs.RO cs.GR math.OC cs.CG math.NA eess.IV",
        stems="Pose Camera Recon Match Struct",
        settings="from internet photographs; with rolling shutters; for wide baselines; for calibration; with minimal solvers; by multi-view stereo",
        terms="feature matching; epipolar geometry; bundle adjustment; camera calibration; essential matrices; local descriptors; outlier rejection; multi-view stereo; homographies; minimal solvers; triangulation; keypoint detection; rotation averaging; relative pose; reprojection errors; SIFT keypoints",
        background="""
            a set of photographs suffices to reconstruct a building in three dimensions
            local features link points across images
            camera geometry is estimated from a handful of correspondences
        """,
        gaps="""
            repeated structures such as windows give rise to false matches
            features do not survive changes from day to night
            bundle adjustment becomes slow for thousands of images
            robust estimation needs many iterations when most matches are wrong
            lens distortion is ignored by standard solvers
        """,
        methods="a learned local descriptor; a minimal solver; a robust model estimator; a global reconstruction pipeline; a camera calibration method; a multi-view stereo network",
        leads="01 24 12 31 42 50",
        steps="""
            detects keypoints that can be matched reliably
            filters matches with a network that looks at all of them together
            solves a system of polynomial equations by eliminating variables
            averages relative rotations robustly over the view graph
            estimates distortion together with relative pose
            sweeps planes through the scene and compares features
        """,
        data="HPatches; the 1DSfM photo collections; Tanks and Temples; Aachen day and night; ETH3D; a calibration rig with nine cameras",
        metrics="matching accuracy 52..82%; pose error in degrees 0.6..6.5 down; reconstruction completeness 48..82%; mean reprojection error in pixels 0.4..1.4 down",
        baselines="hand-crafted descriptors; incremental pipelines; random sample consensus; plane sweeping methods",
        findings="""
            night images are registered where earlier descriptors failed
            the solver takes a few microseconds
            global pipelines are as accurate as incremental ones and much faster
            nine out of ten wrong matches are removed
            learned features help little under small changes of view
        """,
        meanings="""
            geometry offers guarantees that learning cannot give
            benchmarks should test complete pipelines
            descriptors and detectors are best trained together
        """,
    ),
    topic(
        name="zero-shot and open-set recognition",
        share=13,
        labels="cs.CV 6; cs.CV cs.LG 5; cs.CV cs.AI 2; cs.LG stat.ML 1",
        extra="cs.AI cs.CL stat.ML cs.IR",
        stems="Zero Open Seen Attr Novel",
        settings="with class attributes; from textual descriptions; with unknown classes; in the generalised setting; for compositions",
        terms="semantic attributes; unseen classes; visual features; class embeddings; feature generation; open-set rejection; hubness; word vectors; compatibility functions; novel objects; seen classes; knowledge transfer; class hierarchies; textual descriptions; out-of-distribution inputs",
        background="""
            no training set contains examples of all classes
            people recognise an animal from a description alone
            attributes such as {colour and shape|stripes and hooves} are shared between classes
        """,
        gaps="""
            predictions are biased towards classes seen in training
            word vectors capture little of what classes look like
            unknown objects are assigned to known classes with high confidence
            attributes are annotated by experts at great cost
            some points become neighbours of nearly everything
        """,
        methods="a feature-generating network; a compatibility model of images and attributes; an open-set classifier; a transductive zero-shot method; a compositional recognition model",
        leads="03 13 21 13 43",
        steps="""
            generates visual features of unseen classes from their descriptions
            calibrates scores between seen and unseen classes
            rejects inputs far from all class prototypes
            selects the parts of a text that describe appearance
            composes classifiers for attributes and objects
        """,
        data="Animals with Attributes; CUB-200; SUN attributes; ImageNet-21k; descriptions from field guides; MIT-States",
        metrics="harmonic mean accuracy 32..66%; unseen class accuracy 42..72%; open-set AUC 0.72..0.93",
        baselines="attribute classifiers; embedding methods; softmax thresholds; generative models",
        findings="""
            calibration alone explains half of the recent progress
            generated features turn the task into ordinary classification
            field guides are better than word vectors
            large closed-set accuracy goes along with good rejection
            compositions of rare attributes remain out of reach
        """,
        meanings="""
            bias towards seen classes has to be addressed explicitly
            text written for people is useful for machines
            rejection should be part of every classifier
        """,
    ),
    topic(
        name="image forensics",
        share=14,
        labels="cs.CV 6; cs.CV cs.CR 4; cs.CV cs.MM 3; cs.CV cs.LG 2",
        extra="cs.CR cs.MM eess.IV cs.CY cs.LG cs.SD",
        stems="Forge Tamper Fake Trace Auth",
        settings="for manipulated faces; after compression; across generators; for spliced photographs; in videos; by sensor noise",
        terms="deepfakes; manipulated regions; sensor noise; compression artefacts; generated images; splicing; copy-move forgeries; frequency spectra; camera models; blending boundaries; source identification; tampering masks; lip movements; steganalysis; fingerprints of generators",
        background="""
            faces in videos can be exchanged with freely available tools
            photographs serve as evidence in courts and newspapers
            every camera leaves a faint trace in its images
        """,
        gaps="""
            detectors trained on one generator miss fakes made by another
            compression by social platforms wipes out subtle traces
            manipulated regions may be tiny
            forgers learn to avoid known traces
            few data sets contain realistic forgeries
        """,
        methods="a forgery detection network; a frequency-based detector; a camera identification method; a splicing localisation network; an audio-visual consistency check",
        leads="04 14 21 20 30",
        steps="""
            looks for blending boundaries in place of artefacts of a generator
            analyses the frequency spectrum of small patches
            compares noise patterns inside and outside a region
            checks whether lips and speech agree
            trains on forgeries that it makes itself
        """,
        data="FaceForensics++; Celeb-DF; the Dresden camera images; CASIA splicing; 1,200 clips shared on social platforms; generated images of nine models",
        metrics="detection AUC 0.74..0.99; localisation F1 42..74%; identification accuracy 76..97%",
        baselines="face classifiers; noise-based methods; compression-based detectors; recurrent video detectors",
        findings="""
            blending boundaries generalise to unknown generators
            strong compression costs ten points of accuracy
            people do little better than chance on recent fakes
            camera traces survive moderate editing
            sound and image together are hard to forge
        """,
        meanings="""
            forensic tools have to expect methods they have never seen
            authenticity is better proved at capture than disproved later
            detectors should show where they see a manipulation
        """,
    ),
    topic(
        name="video segmentation",
        share=22,
        labels="cs.CV 9; cs.CV cs.LG 2; cs.CV cs.MM 2; cs.CV cs.AI 2; cs.CV cs.RO 1",
        extra="cs.MM cs.LG cs.AI eess.IV cs.HC cs.GR",
        stems="Video Frame Mask Clip Scene",
        settings="with one annotated frame; for summaries; in streaming video; with language queries; for instance segmentation; for future frames",
        terms="video object segmentation; optical flow; temporal consistency; mask propagation; video summaries; future frame prediction; instance masks; spatio-temporal attention; key frames; moment retrieval; motion segmentation; long videos; shot boundaries; object proposals; memory networks; surveillance footage",
        background="""
            {cutting out|segmenting} an object in every frame of a video takes editors hours
            videos are watched, searched and summarised more often than ever
            predicting what happens next shows whether a model understands a scene
        """,
        gaps="""
            masks drift when objects are hidden or change shape
            processing every frame at full resolution wastes computation
            predicted frames blur after a second
            what belongs into a summary is a matter of taste
            instances swap identities when they cross
        """,
        methods="a memory network for video segmentation; a mask propagation method; a video summarisation model; a future frame predictor; a moment retrieval network; a panoptic segmentation network for video",
        leads="01 10 24 31 52 40",
        steps="""
            reads masks of earlier frames from a memory by attention
            warps features along the motion and corrects them
            selects frames that represent the video and differ from one another
            predicts motion and appearance separately
            runs a heavy network on key frames and a light one in between
            matches sentences with segments of the video
        """,
        data="DAVIS; YouTube-VOS; TVSum; YouTube-VIS; Charades-STA; Moving MNIST; 90 hours of home videos",
        metrics="region similarity 0.62..0.88; summary F-score 44..62%; video panoptic quality 32..54%; structural similarity 0.70..0.92",
        baselines="frame-wise segmentation; flow-based propagation; recurrent predictors; fine-tuned networks",
        findings="""
            a memory of five frames is as good as the entire past
            identity switches are rare and short
            raters agree with the summaries as often as with each other
            light networks suffice for nine out of ten frames
            motion predicted far ahead is plausible though not exact
        """,
        meanings="""
            memory replaces fine-tuning in video segmentation
            redundancy between frames should be turned into speed
            several futures should be predicted and not their mean
        """,
    ),
)
