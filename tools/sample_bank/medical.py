"""Medical imaging and neuroscience."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="brain tumour segmentation",
        share=22,
        labels="eess.IV cs.CV 5; eess.IV cs.CV cs.LG 5; cs.CV eess.IV 2; cs.CV cs.LG eess.IV 2; cs.CV 3",
        extra="cs.LG cs.AI stat.ML q-bio.NC cs.NE",
        stems="Tumor Glio Voxel Neuro Lesion",
        settings="in magnetic resonance images; with missing sequences; from few annotated scans; across hospitals; in three dimensions",
        terms="magnetic resonance imaging; volumetric convolutions; U-Net architectures; Dice overlap; tumour sub-regions; multi-modal scans; skip connections; patch-based training; intensity normalisation; annotations by radiologists; class imbalance; lesions; deep supervision; bias field; anatomical priors; white matter",
        background="""
            {radiologists|clinicians} outline tumours in magnetic resonance images to plan {surgery|radiotherapy}
            convolutional networks of the U-Net family dominate medical image segmentation
            several sequences of one patient show different aspects of the same tissue
            the volume of a lesion is an important marker of disease progression
        """,
        gaps="""
            manual delineation is slow and differs between experts
            scanners and protocols change the intensity of the images from hospital to hospital
            one of the sequences is often missing in clinical routine
            lesions occupy a tiny fraction of the volume
            whole volumes do not fit into the memory of a graphics card
        """,
        methods="a cascaded volumetric network; an attention-gated U-Net; a segmentation network for missing modalities; a semi-supervised segmentation method; a multi-scale convolutional neural network; a shape-constrained network",
        leads="05 62 12 36 52 46",
        steps="""
            finds the whole tumour before it turns to the sub-regions
            encodes every sequence separately and fuses whatever is present
            balances Dice and cross-entropy terms during training
            learns from unlabelled scans by asking for consistent predictions under deformation
            restricts the output to anatomically plausible shapes
            looks at each voxel at {two|three} resolutions
            estimates where experts would disagree
        """,
        data="the BraTS challenge data; ISLES; a collection of 210 scans from three hospitals; the MSSEG lesions; ADNI scans",
        metrics="Dice coefficient 0.68..0.92; Hausdorff distance in millimetres 3.1..11.0 down; lesion sensitivity 58..91%",
        baselines="standard U-Nets; atlas-based methods; patch-wise convolutional networks; random forest segmenters",
        findings="""
            the error lies within the disagreement of two experts
            a missing sequence costs less than three points of overlap
            forty annotated scans suffice when unlabelled ones are added
            small lesions are found more often at the price of a few false alarms
            intensity normalisation has a larger effect than architecture
        """,
        meanings="""
            automatic delineation can save time in clinical routine if its uncertainty is shown
            robust segmentation depends on training data from several scanners
            simple architectures are enough when training is done with care
        """,
    ),
    topic(
        name="chest radiograph diagnosis",
        share=18,
        labels="cs.CV 4; eess.IV cs.CV cs.LG 3; cs.CV cs.LG 4; eess.IV cs.CV 2; cs.CV cs.LG stat.ML 1",
        extra="cs.AI cs.CY stat.ML eess.IV cs.LG",
        stems="Chest Thorax Radio Lung Xray",
        settings="with weak labels; across hospitals; for tuberculosis screening; from radiology reports; on imbalanced data",
        terms="X-ray images; thoracic diseases; pneumonia; lung nodules; radiology reports; saliency maps; multi-label classification; pretrained convolutional networks; false positives; computer-aided diagnosis; computed tomography; label uncertainty; clinical workflow; disease localisation; deep learning",
        background="""
            chest X-rays are the most common images in {hospitals|radiology}
            screening programmes produce more images than radiologists can read
            early detection of lung nodules in computed tomography improves survival
            deep learning models approach expert accuracy for several thoracic diseases
        """,
        gaps="""
            labels taken from reports by text mining are noisy
            models exploit {markers|tubes|the scanner type} in place of pathology
            most findings are rare and several occur together
            the location of a finding is hardly ever annotated
            accuracy drops in hospitals that contributed no training images
        """,
        methods="a weakly supervised diagnosis network; a densely connected convolutional classifier; a multi-label model of co-occurring findings; a nodule detector with false-positive reduction; a report-guided attention model; a domain-invariant screening model",
        leads="05 13 13 50 20 43",
        steps="""
            localises abnormal regions although it is trained on image labels alone
            models which diseases tend to occur together
            reads the radiology report during training and the image alone at test time
            treats uncertain labels as a distribution
            masks text markers before the image is classified
            combines a view of the whole chest with enlarged crops of the lungs
        """,
        data="ChestX-ray14; CheXpert; LIDC-IDRI; the Shenzhen tuberculosis set; 8,400 radiographs of one hospital; MIMIC-CXR",
        metrics="average AUC 0.72..0.93; sensitivity at fixed specificity 62..94%; number of false positives per scan 0.9..5.2 down",
        baselines="pretrained classifiers; single-label networks; radiologists in training; hand-crafted texture features",
        findings="""
            the highlighted regions agree with those marked by radiologists
            external accuracy is lower by several points for all models
            sharing features between diseases helps the rare ones
            two readers and the model err on different cases
            a third of the false alarms are due to wrong labels
        """,
        meanings="""
            validation on images from elsewhere should be standard
            a diagnosis without location is of little use to the clinician
            models serve best as a second reader
        """,
    ),
    topic(
        name="retinal image analysis",
        share=14,
        labels="cs.CV 4; eess.IV cs.CV 4; eess.IV cs.CV cs.LG 2; cs.CV cs.LG 2; cs.CV cs.LG eess.IV 1",
        extra="cs.AI stat.ML cs.NE cs.LG",
        stems="Retina Fundus Vessel Optic Macula",
        settings="for diabetic retinopathy; in fundus photographs; with optical coherence tomography; for glaucoma screening; on low-quality images",
        terms="fundus photographs; blood vessels; microaneurysms; optic disc; optical coherence tomography; lesion detection; image quality; vessel tracking; retinal layers; ophthalmologists; convolutional networks; screening; ordinal grades; matched filters; fluid segmentation",
        background="""
            diabetic retinopathy is a leading cause of blindness that can be treated if found early
            the retina is the only place where blood vessels can be seen directly
            optical coherence tomography shows the layers of the retina in depth
        """,
        gaps="""
            thin vessels vanish against the textured background
            graders disagree about the early stages of disease
            photographs taken in the field are often blurred or badly lit
            lesions measure only a few pixels
            the grade of a disease is ordered but most classifiers ignore this
        """,
        methods="a vessel segmentation network; an ordinal grading network; a joint model of optic disc and cup; a quality-aware screening system; a layer segmentation method for retinal scans; an attention model for small lesions",
        leads="05 13 45 25 45 31",
        steps="""
            follows vessels from the optic disc outwards
            predicts the grade as a series of yes-or-no thresholds
            rejects photographs that are unfit for diagnosis
            highlights the lesions on which its grade rests
            keeps the order of the retinal layers by construction
            adapts to a new camera with unlabelled photographs
        """,
        data="DRIVE; Messidor-2; EyePACS; STARE; 1,900 tomography volumes; the REFUGE glaucoma images",
        metrics="grading kappa 0.70..0.90; vessel sensitivity 70..86%; screening AUC 0.88..0.98",
        baselines="matched filter methods; plain convolutional classifiers; U-Net models; human graders",
        findings="""
            disagreement with a grader is no larger than between two graders
            thin vessels account for most of the gain
            image quality explains more errors than disease stage
            the model generalises to a portable camera
            lesion maps help graders to decide faster
        """,
        meanings="""
            screening in remote places is feasible with portable cameras
            ordinal targets suit diseases that develop in stages
            quality control belongs into every screening system
        """,
    ),
    topic(
        name="histopathology image analysis",
        share=16,
        labels="cs.CV 5; eess.IV cs.CV cs.LG 3; cs.CV cs.LG 3; eess.IV cs.CV 2; cs.CV cs.LG stat.ML 1",
        extra="stat.ML cs.AI cs.LG eess.IV cs.NE",
        stems="Histo Slide Cell Stain Patho",
        settings="on whole slides; with slide-level labels; under stain variation; for breast cancer grading; for cell counting",
        terms="whole-slide images; nuclei segmentation; stain normalisation; multiple instance learning; tissue patches; tumour grading; mitotic figures; pathologists; cell detection; fluorescence microscopy; weak labels; cancer; tiling; watershed transform; biopsies",
        background="""
            pathologists examine stained tissue under the microscope to grade cancer
            digital slides measure tens of thousands of pixels on each side
            counting cells is a routine task in biology and medicine
        """,
        gaps="""
            colours differ between laboratories and even between batches of stain
            only the diagnosis of a slide is known and not its tumour regions
            touching nuclei are merged by simple methods
            annotation of single cells takes days
            dividing cells are rare and resemble dead ones
        """,
        methods="a multiple instance network for slides; a stain-invariant classifier; a nuclei segmentation method; a cell detector trained with points; a graph model of tissue; a hierarchical patch classifier",
        leads="03 10 25 52 40 31",
        steps="""
            pools patches by attention to predict the label of the slide
            swaps stains between slides as a form of augmentation
            predicts the distance to the border of each nucleus so that touching ones can be split
            moves from low to high magnification only where needed
            builds a graph of cells and their neighbours
            learns from points placed in the centres of cells
        """,
        data="Camelyon16; the BreakHis images; MoNuSeg; a set of 900 colon biopsies; the TUPAC slides; fluorescence images of yeast",
        metrics="slide-level AUC 0.82..0.98; object F1 68..90%; patch accuracy 80..95%",
        baselines="patch-wise classifiers; colour normalisation methods; watershed segmentations; max-pooling networks",
        findings="""
            attention falls on tumour regions without being told so
            stain augmentation is as good as normalisation and far simpler
            slides from unseen laboratories are graded almost as well
            points are enough to find nine out of ten cells
            the highest magnification is needed for few patches only
        """,
        meanings="""
            slide-level labels from clinical archives are a largely untapped resource
            robustness to stain should be tested on slides from elsewhere
            pathologists and machines complement one another
        """,
    ),
    topic(
        name="tomographic reconstruction",
        share=17,
        labels="eess.IV cs.CV 4; eess.IV cs.CV cs.LG 4; eess.IV 2; cs.CV cs.LG eess.IV 1; math.NA cs.NA 2; eess.IV eess.SP 1",
        extra="math.NA math.OC eess.SP cs.LG stat.ML cs.NA",
        stems="Tomo Scan Recon Dose Coil",
        settings="at low dose; from undersampled measurements; with learned regularisers; for dynamic scans; in magnetic resonance imaging",
        terms="computed tomography; k-space sampling; inverse problems; total variation; iterative reconstruction; sinograms; compressed sensing; unrolled networks; artefacts; parallel imaging; filtered back-projection; forward operators; data consistency; regularisation; projections; noise levels; acquisition time",
        background="""
            lowering the dose of a scan makes the reconstructed image noisy
            magnetic resonance scans take minutes during which the patient must not move
            image reconstruction is an ill-posed inverse problem
            total variation regularisation removes noise and keeps edges
        """,
        gaps="""
            learned reconstructions may invent structures that are not there
            fully sampled scans for training are seldom available
            iterative methods are too slow for clinical use
            regularisers chosen by hand leave staircase artefacts
            networks trained for one scanner setting fail for others
        """,
        methods="an unrolled reconstruction network; a learned regulariser; a dual-domain denoising network; a plug-and-play reconstruction algorithm; a self-supervised reconstruction method; a primal-dual network",
        leads="04 14 20 04 13 54",
        steps="""
            alternates between a denoising network and a data consistency step
            learns from undersampled measurements only
            filters the sinogram before and the image after back-projection
            chooses which k-space lines to acquire next
            bounds how far the result may depart from the measurements
            unrolls ten iterations of a primal-dual algorithm into a network
        """,
        data="the fastMRI knee data; the Mayo low-dose scans; 400 simulated phantoms; a cardiac cine series; dental scans",
        metrics="peak signal-to-noise ratio in decibels 29..42; structural similarity 0.80..0.96; normalised error 0.02..0.12 down",
        baselines="filtered back-projection images; total variation methods; compressed sensing reconstructions; image-domain denoising networks",
        findings="""
            a quarter of the dose gives images of the same diagnostic value
            small lesions are preserved where image-domain networks smooth them away
            reconstruction takes less than a second
            data consistency is what prevents invented structures
            self-supervised training loses half a decibel at most
        """,
        meanings="""
            physics and learning should be combined in reconstruction
            image quality scores do not replace reading by radiologists
            shorter scans are possible without new hardware
        """,
        theorems="""
            the iteration converges to a fixed point if the denoiser is non-expansive
            the regularised solution depends continuously on the measurements
        """,
    ),
    topic(
        name="medical image registration",
        share=14,
        labels="cs.CV 5; eess.IV cs.CV 3; eess.IV cs.CV cs.LG 2; cs.CV 68U10 1; cs.CV math.NA 1",
        extra="math.NA 68U10 cs.GR cs.LG q-bio.NC",
        stems="Reg Warp Morph Atlas Deform",
        settings="between modalities; for lung motion; without ground truth; under large deformations; in image-guided surgery",
        terms="deformation fields; diffeomorphic mappings; mutual information; anatomical landmarks; atlases; similarity measures; smoothness penalties; spatial transformers; ultrasound images; template construction; affine alignment; velocity fields; preoperative scans; optimisation; shape variation",
        background="""
            comparing scans of one patient over time requires that they are aligned
            registration maps {each scan|every patient} to a common atlas
            surgeons overlay preoperative scans on live ultrasound images
        """,
        gaps="""
            classical registration takes minutes to hours a pair
            true correspondences are unknown
            intensities in different modalities are not related in a simple way
            organs slide along each other and break smoothness assumptions
            folded deformation fields have no anatomical meaning
        """,
        methods="an unsupervised registration network; a diffeomorphic deformation model; a multi-modal similarity measure; a landmark-guided registration method; a variational registration model; a template learning method",
        leads="02 04 12 23 34 52",
        steps="""
            predicts a stationary velocity field and integrates it
            learns its similarity measure from roughly aligned pairs
            refines the deformation from coarse to fine
            lets organs slide along their boundaries
            penalises folding through the determinant of the Jacobian
            builds the template and the deformations at the same time
        """,
        data="the OASIS brain scans; DIR-Lab lung scans; 70 pairs of ultrasound and magnetic resonance images; the RESECT data; LPBA40",
        metrics="landmark error in millimetres 1.1..4.6 down; structure overlap 0.66..0.86; share of folded voxels 0.1..2.5% down",
        baselines="iterative registration tools; affine alignment methods; demons algorithms; supervised networks",
        findings="""
            registration takes under a second on a graphics card
            accuracy equals that of iterative tools that run for half an hour
            hardly any voxel is folded
            a learned similarity tolerates contrast agents
            landmarks help only where motion is large
        """,
        meanings="""
            registration can be learned without a single known correspondence
            smoothness should depend on anatomy
            fast registration opens the way to use during surgery
        """,
    ),
    topic(
        name="skin lesion classification",
        share=11,
        labels="cs.CV 5; cs.CV cs.LG 4; cs.CV cs.AI 1; eess.IV cs.CV 1; cs.CV cs.LG eess.IV 1",
        extra="cs.AI cs.CY eess.IV stat.ML",
        stems="Skin Derm Lesion Mole Melano",
        settings="in dermoscopic images; with clinical metadata; on photographs from mobile phones; for rare diseases; with few examples",
        terms="melanoma; dermoscopy; transfer learning; lesion borders; dermatologists; class imbalance; hair removal; colour constancy; ensembles; data augmentation; patient metadata; asymmetry; benign moles; segmentation masks; image classification",
        background="""
            melanoma is curable when it is found early
            dermatologists judge lesions by asymmetry, border and colour
            mobile phones put a camera into every pocket
        """,
        gaps="""
            malignant lesions are rare in every collection
            hair, rulers and ink confuse classifiers
            images show mostly light skin
            models are confident even about diseases that they have never seen
            age and site of the lesion are ignored by image classifiers
        """,
        methods="an ensemble of convolutional classifiers; a metadata-aware skin classifier; a lesion segmentation network; a rejection rule for unknown diseases; a few-shot dermatology model",
        leads="04 10 20 34 40",
        steps="""
            removes hair and corrects colours before classification
            combines image features with age, sex and body site
            crops the lesion by a predicted mask
            withholds a decision on images unlike the training set
            over-samples rare diseases with generated images
        """,
        data="the ISIC archive; HAM10000; PH2; 2,300 photographs from general practice; the Fitzpatrick images",
        metrics="balanced accuracy 62..88%; melanoma sensitivity 70..93%; AUC 0.80..0.95",
        baselines="pretrained networks; hand-crafted colour features; single classifiers; dermatology residents",
        findings="""
            metadata raises sensitivity at equal specificity
            generated images help less than careful weighting
            accuracy is lower on dark skin for all models tested
            two thirds of unknown diseases are recognised as such
            the lesion border is the most telling region
        """,
        meanings="""
            collections of images must represent all who will be examined
            knowing when not to decide is part of a good diagnosis
            phones are useful for triage but not for diagnosis
        """,
    ),
    topic(
        name="brain activity decoding",
        share=15,
        labels="q-bio.NC cs.LG 3; q-bio.NC cs.LG stat.ML 2; cs.LG q-bio.NC stat.ML 2; cs.NE q-bio.NC 1; cs.CV q-bio.NC 2",
        extra="stat.ML cs.CV cs.HC eess.SP cs.NE stat.ME",
        stems="Brain Neuro Cortex Volt Synap",
        settings="from functional scans; across subjects; in visual cortex; at rest; from neural recordings",
        terms="functional magnetic resonance imaging; visual cortex; functional connectivity; voxels; stimuli; receptive fields; neurons; spike trains; brain regions; subjects; cognitive states; encoding models; resting-state networks; neuroimaging; calcium imaging; brain disorders; neuroscience",
        background="""
            patterns of brain activity reveal what a person {sees|hears|remembers}
            functional connectivity differs between patients and healthy subjects
            deep networks trained on images predict responses of neurons in visual cortex
            modern recordings capture thousands of neurons at a time
        """,
        gaps="""
            brains differ in anatomy and function from subject to subject
            samples are few while voxels are many
            correlation in activity does not tell which region drives which
            head motion mimics differences in connectivity
            it is unclear why some networks resemble the brain more than others
        """,
        methods="a hyperalignment method; an encoding model based on deep features; a graph-based classifier of connectivity; a latent dynamical model of spike trains; a sparse decoding model; a model of synaptic plasticity",
        leads="05 14 35 25 34 52",
        steps="""
            aligns the responses of all subjects in a common space
            predicts the response of each voxel from the layers of a network
            infers smooth latent trajectories from spike counts
            selects groups of neighbouring voxels with a structured penalty
            reconstructs seen images from cortical activity
            compares representations through the similarity of their stimuli
        """,
        data="the Human Connectome Project; ABIDE; recordings from 300 neurons of macaque cortex; ADNI; calcium imaging of mouse cortex",
        metrics="decoding accuracy 54..86%; share of explained variance 0.12..0.48; identification rate 38..82%",
        baselines="linear decoders; anatomical alignment methods; general linear models; support vector classifiers",
        findings="""
            intermediate layers predict higher visual areas best
            alignment doubles the accuracy across subjects
            a handful of connections separates patients from controls
            population activity lies close to a manifold of ten dimensions
            linear decoders are hard to beat with so few samples
        """,
        meanings="""
            shared structure of brains can be found without anatomical alignment
            networks are useful models of cortex although they were never meant as such
            claims about biomarkers need replication at other sites
        """,
    ),
)
