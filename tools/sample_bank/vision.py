"""Computer vision: recognition, detection, segmentation, video and geometry."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="semantic segmentation",
        share=34,
        labels="cs.CV 6; cs.CV cs.LG 4; cs.CV cs.AI 1; cs.CV eess.IV 1; cs.CV cs.RO 1",
        extra="cs.RO cs.AI eess.IV stat.ML cs.NE cs.GR cs.MM",
        stems="Seg Pixel Mask Scene Parse",
        settings="for street scenes; under domain shift; with coarse labels; at high resolution; in real time; from image-level labels",
        terms="dilated convolutions; skip connections; pixel-wise labels; feature pyramids; boundary refinement; conditional random fields; encoder-decoder networks; multi-scale context; class imbalance; spatial attention; scene parsing; superpixels; pseudo masks; atrous pooling; object contours",
        background="""
            assigning a class to every pixel of {a street scene|an indoor photograph|an aerial image} underlies {driver assistance|scene understanding|mobile robots}
            fully convolutional networks have become the {usual|standard} tool for dense prediction
            {pixel-level|dense} labels give a far richer description of an image than {boxes|image tags}
            a parsed scene tells {a vehicle|a robot} where the road ends and where the {pavement|pedestrians} begin
        """,
        gaps="""
            labelling a single {urban|street} image by hand takes {more than an hour|an experienced annotator most of an hour}
            repeated pooling blurs thin structures such as {poles and fences|rails and wires}
            small objects and rare classes are {often swallowed by their surroundings|still poorly segmented}
            the features that separate classes well are too coarse to follow object boundaries
            networks trained on {synthetic|sunny} scenes lose much of their accuracy on {real|rainy} ones
        """,
        methods="a two-branch encoder-decoder network; a boundary-aware segmentation network; a weakly supervised segmentation method; a lightweight decoder for dense prediction; a context aggregation module; a pixel-wise contrastive loss; an iterative refinement network",
        leads="06 10 35 40 24 56 41",
        steps="""
            fuses coarse and fine feature maps through gated skip connections
            predicts object contours {first|as a side task} and uses them to sharpen the {final|pixel-wise} labels
            gathers context from distant image regions with a sparse form of spatial attention
            turns class activation maps into pseudo masks and refines them {by a random walk|over several rounds}
            up-samples feature maps with kernels that depend on the image content
            weights each pixel by {its distance to the nearest boundary|how rare its class is}
            shares one convolutional backbone between segmentation and {depth|edge} prediction
        """,
        data="Cityscapes; PASCAL VOC 2012; ADE20K; a set of 3,000 annotated street images; CamVid; the COCO-Stuff validation images",
        metrics="mean intersection over union 58..84%; pixel accuracy 82..97%; boundary F-score 55..80%",
        baselines="fully convolutional baselines; dilated segmentation networks; weakly supervised competitors; pyramid pooling networks; CRF-based methods",
        findings="""
            thin and elongated objects profit most from the boundary branch
            half of the pixel-wise labels can be left out with little loss of accuracy
            context beyond a quarter of the image width brings no further gain
            the remaining confusions are between classes that even annotators mix up, such as {wall and fence|road and pavement}
            the decoder matters more than the depth of the backbone
        """,
        meanings="""
            dense prediction needs fewer pixel-wise labels than is commonly assumed
            precise boundaries and broad context need not compete within one network
            real-time scene parsing is within reach of {embedded|mobile} hardware
        """,
    ),
    topic(
        name="object detection",
        share=36,
        labels="cs.CV 6; cs.CV cs.LG 4; cs.CV cs.AI 1; cs.CV cs.RO 1; cs.CV cs.AI cs.LG 1",
        extra="cs.RO cs.NE eess.IV stat.ML cs.AI cs.MM",
        stems="Det Box Anchor Region Spot",
        settings="in crowded scenes; at small scale; with few annotated boxes; in aerial images; on embedded devices; under occlusion",
        terms="region proposals; anchor boxes; non-maximum suppression; bounding box regression; feature pyramids; hard negative mining; small objects; two-stage detectors; one-stage detectors; convolutional backbones; occluded pedestrians; focal loss; image regions; object queries; label assignment",
        background="""
            finding and naming the objects in an image is a {basic|long-standing} problem of computer vision
            modern detectors reach high accuracy by scoring {thousands of|a dense grid of} candidate boxes
            reliable detection of {pedestrians and vehicles|traffic participants} is a precondition for automated driving
            one-stage detectors trade some accuracy for speed, while two-stage detectors do the reverse
        """,
        gaps="""
            hand-chosen anchor boxes fit some object shapes and miss others
            small and heavily occluded objects are missed far more often than large ones
            non-maximum suppression discards correct boxes when objects overlap
            the score of a box says little about how well it is placed
            the vast number of background regions swamps the training signal of the few objects
        """,
        methods="an anchor-free detector; a one-stage object detector; a two-stage detector with adaptive proposals; a localisation-aware scoring head; a cascade of box refinement stages; a pyramid network for small objects; a detector with learned suppression",
        leads="03 35 24 53 53 26 14",
        steps="""
            predicts the {distance to the four sides of a box|box corners} from each location of the feature map
            replaces non-maximum suppression by a small network that looks at neighbouring boxes
            passes fine spatial detail down the feature pyramid to help small objects
            assigns ground-truth boxes to locations according to both class score and overlap
            mines hard negative regions across images in place of within one image
            estimates how far each bounding box may be off and ranks detections accordingly
            crops image regions that are likely to hold small objects and examines them at higher resolution
        """,
        data="MS COCO; PASCAL VOC 2007; the KITTI detection benchmark; CrowdHuman; a collection of 12,000 drone images; the Open Images validation set",
        metrics="mean average precision 28..82%; recall at 100 proposals 45..75%; miss rate 6..24% down",
        baselines="anchor-based detectors; two-stage detectors; single-shot detectors; recent one-stage detectors",
        findings="""
            {most|two thirds} of the gain comes from better placed boxes, not from better classification
            detections of small objects improve more than those of large ones
            the detector runs at {thirty|forty} frames per second on a single graphics card
            a careful assignment of boxes to locations makes anchors unnecessary
            training with {half|a third} of the boxes gives nearly the same precision
        """,
        meanings="""
            anchors are a convenience {and|,} not a necessity for accurate detection
            scoring a box by its placement as well as its class deserves wider use
            much of what separates fast from accurate detectors lies in training, not in architecture
        """,
    ),
    topic(
        name="fine-grained image classification",
        share=30,
        labels="cs.CV 4; cs.CV cs.LG 5; cs.CV cs.LG stat.ML 1; cs.CV cs.NE 1; cs.LG cs.CV 1",
        extra="cs.NE stat.ML cs.AI cs.IR cs.MM",
        stems="Fine Part Class Leaf Bird",
        settings="from few images; without part annotations; with noisy labels; on long-tailed data; with pretrained features",
        terms="convolutional neural networks; discriminative parts; bilinear pooling; transfer learning; residual networks; label noise; data augmentation; attention maps; ImageNet pretraining; mid-level features; bird species; long-tailed classes; image recognition; softmax classifiers; texture cues",
        background="""
            telling apart {bird species|car models|plant varieties} requires attention to {small|local} visual details
            deep convolutional networks classify everyday images about as well as people do
            {biologists|ecologists} depend on image recognition to sort the millions of photographs taken by camera traps
            features learned on ImageNet transfer well to many other recognition tasks
        """,
        gaps="""
            classes that look alike often differ only in {the shape of a beak|a headlamp|the edge of a leaf}
            part annotations are expensive and exist for few data sets
            photographs gathered from the web carry many wrong labels
            classes with few images are crowded out by classes with many
            a classifier trained on cropped objects is easily misled by the background
        """,
        methods="an attention-based convolutional network; a part-mining classifier; a bilinear pooling layer of low rank; a robust loss for noisy image labels; a multi-branch residual network; a progressive training scheme; a re-balancing strategy for long-tailed images",
        leads="01 10 26 43 25 31 54",
        steps="""
            locates discriminative parts from the network's own activation maps
            crops and enlarges the regions that the classifier finds most telling
            pools products of feature channels without forming the full bilinear map
            mixes pairs of training images and their labels in feature space
            lowers the weight of images whose label disagrees with their nearest neighbours
            trains the backbone on all images and the classifier on class-balanced batches
            shuffles image patches {during training|at random} so that the network must rely on local detail
        """,
        data="CUB-200; Stanford Cars; ImageNet; CIFAR-100; iNaturalist; a herbarium of 40,000 leaf scans; Tiny ImageNet",
        metrics="top-1 accuracy 62..95%; top-5 error 3..15% down; mean class accuracy 55..90%",
        baselines="residual network baselines; bilinear networks; part-based classifiers; plain fine-tuned networks",
        findings="""
            the mined parts agree with those that experts name
            a moderate input resolution is enough once the right parts are enlarged
            rare classes gain {four|five} times as much as frequent ones
            label noise of up to a third is tolerated with hardly any loss
            most of the benefit remains when the backbone is kept frozen
        """,
        meanings="""
            part annotations are not needed for recognising fine visual differences
            data augmentation and pooling deserve as much care as the choice of backbone
            class balance should be restored late in training and not from the start
        """,
    ),
    topic(
        name="visual object tracking",
        share=24,
        labels="cs.CV 8; cs.CV cs.LG 2; cs.CV cs.RO 1; cs.CV cs.AI 1; cs.CV cs.MM 1",
        extra="cs.RO cs.MM cs.AI cs.HC eess.IV",
        stems="Track Follow Siam Target Trail",
        settings="in long videos; under occlusion; at high frame rates; from a moving camera; with multiple targets",
        terms="correlation filters; Siamese networks; template updates; motion models; data association; target appearance; occlusion handling; bounding boxes; tracklets; online adaptation; search regions; camera motion; distractors; Kalman filters; video frames",
        background="""
            following a target through a video, given only its position in the first frame, is needed in {surveillance|sports analysis|video editing}
            trackers based on correlation filters owe their speed to the Fourier domain
            Siamese networks compare a template with each new frame and need no training at run time
            multi-target tracking is commonly split into detecting objects and linking detections over time
        """,
        gaps="""
            a template taken from the first frame grows stale as the target turns or deforms
            similar objects nearby pull the tracker away from its target
            once a target has been hidden for several seconds, most trackers never find it again
            updating the model with wrong frames makes it drift
            tracks break wherever detections are missing
        """,
        methods="a Siamese tracker with a growing memory; a distractor-aware tracker; a graph-based data association method; a correlation filter with spatial regularisation; a long-term tracker with re-detection; an online tracker that learns its motion model",
        leads="01 20 35 52 41 51",
        steps="""
            keeps a small memory of past target appearances and reads from it in each frame
            decides from its own confidence when the template may be updated
            models nearby distractors explicitly and suppresses their responses
            links tracklets by solving a minimum-cost flow problem
            searches the whole image again when the response map loses its single peak
            estimates camera motion before it predicts where the target will be
        """,
        data="OTB-100; the VOT challenge sequences; LaSOT; MOT17; a set of 80 sports videos; GOT-10k",
        metrics="success AUC 48..72%; expected average overlap 0.24..0.46; tracking accuracy 44..78%; number of identity switches per sequence 6..40 down",
        baselines="Siamese trackers; correlation filter trackers; tracking-by-detection methods; online trackers",
        findings="""
            failures caused by distractors fall by half
            the memory pays off mainly in sequences longer than a minute
            the tracker runs in real time on an ordinary processor
            a simple motion model does as well as a learned one when the camera is still
            most identity switches happen in the second after an occlusion
        """,
        meanings="""
            knowing when not to update is as important as the update itself
            short-term and long-term tracking can share one architecture
            better data association pays off even with an unchanged detector
        """,
    ),
    topic(
        name="human action recognition",
        share=26,
        labels="cs.CV 7; cs.CV cs.LG 3; cs.CV cs.AI 1; cs.CV cs.HC 1; cs.CV cs.MM 1",
        extra="cs.HC cs.MM cs.RO cs.AI eess.IV cs.NE",
        stems="Act Move Clip Motion Tempo",
        settings="in untrimmed videos; from skeletons; with weak supervision; from first-person video; with few labelled clips",
        terms="two-stream networks; optical flow; temporal convolutions; skeleton sequences; video clips; spatio-temporal features; temporal attention; action localisation; recurrent neural networks; frame sampling; joint trajectories; 3D convolutions; egocentric video; temporal boundaries; gesture recognition",
        background="""
            recognising what people do in videos supports {surveillance|elderly care|sports coaching} and video search
            two-stream networks read appearance from single frames and motion from optical flow
            skeleton sequences describe human movement compactly and hide the identity of the person
            most videos recorded in daily life are long and contain actions only here and there
        """,
        gaps="""
            computing optical flow takes longer than the recognition itself
            clips of a second or two are too short for actions that unfold over minutes
            many models recognise the scene and not the action
            marking the start and the end of every action in long videos is {tedious|costly}
            skeletons estimated from video are noisy and often incomplete
        """,
        methods="a temporal segment network; a graph convolutional network over skeleton joints; a motion-guided video network; a weakly supervised action localisation method; a recurrent attention model for video; a 3D convolutional network with factorised kernels",
        leads="06 14 25 34 40 50",
        steps="""
            samples a few frames from each part of the video and pools their predictions
            passes messages between body joints along learned connections
            replaces optical flow by differences of feature maps between frames
            proposes temporal segments and scores them jointly
            attends to the frames in which the movement changes
            splits each 3D convolution into a spatial and a temporal one
            learns the order of shuffled clips before any labels are used
        """,
        data="UCF101; HMDB51; Kinetics; NTU RGB+D; ActivityNet; a set of kitchen videos recorded from the head; THUMOS14",
        metrics="clip accuracy 60..95%; mean average precision 30..62%; top-1 accuracy 66..88%",
        baselines="two-stream baselines; 3D convolutional networks; skeleton-based recurrent networks; frame-level classifiers",
        findings="""
            eight well-chosen frames suffice for most actions
            the network relies less on the scene and more on the movement
            temporal attention peaks where annotators place the start of an action
            learned connections between hands and feet help with whole-body actions
            flow can be dropped at test time without loss
        """,
        meanings="""
            motion can be learned from raw frames at a fraction of the cost of flow
            long videos call for models that choose where to look
            benchmarks should separate scene cues from action cues
        """,
    ),
    topic(
        name="face recognition",
        share=24,
        labels="cs.CV 7; cs.CV cs.LG 3; cs.CV cs.AI 1; cs.CV cs.CR 1; cs.CV cs.MM 1",
        extra="cs.CR cs.CY cs.HC cs.MM cs.LG cs.AI",
        stems="Face Ident Margin Veri Iris",
        settings="across ages; in low-resolution video; with masks; under spoofing attacks; across poses; for biometric verification",
        terms="facial landmarks; angular margins; face verification; face embeddings; presentation attacks; pose variation; facial expressions; biometric templates; metric learning; triplet loss; illumination changes; iris images; face alignment; identity labels; liveness detection",
        background="""
            face images are the most widely used biometric after fingerprints
            deep embeddings trained with large margins have pushed verification close to human performance
            facial expressions carry much of what people communicate without words
            verification systems at {borders|airports} compare a live face with a passport photograph
        """,
        gaps="""
            accuracy falls sharply for faces seen from the side or from far away
            a printed photograph or a replayed video can deceive the camera
            the error rates differ between groups of people
            web-collected identities contain wrong and duplicate faces
            ageing changes faces in ways that training sets seldom show
        """,
        methods="an angular margin loss; a pose-invariant face embedding; a liveness detector based on texture and depth; a quality-aware aggregation of face templates; a landmark-free alignment network; a generative model for frontal faces",
        leads="05 15 35 25 40 15",
        steps="""
            pulls embeddings of one identity together and pushes others apart by an adaptive margin
            synthesises a frontal view before the face is compared
            weights each frame of a video by the quality of the face in it
            reads subtle colour changes of the skin to tell live faces from replays
            aligns faces by a transformation learned together with the embedding
            separates identity from age and expression in the embedding space
        """,
        data="LFW; MegaFace; IJB-C; CelebA; a passport-style collection of 9,000 people; the Oulu-NPU attack videos",
        metrics="verification accuracy 90..99.6%; true accept rate 70..96%; equal error rate 0.8..9% down",
        baselines="softmax embeddings; triplet networks; texture-based liveness detectors; earlier margin losses",
        findings="""
            profile faces gain most from the synthesised views
            a few good frames describe a person better than the average of all
            the gap between demographic groups narrows but does not vanish
            attacks unseen in training are still caught in most cases
            half of the errors at strict operating points are label errors
        """,
        meanings="""
            the quality of a face image should be part of its representation
            biometric systems need to be tested on the people who will use them
            margins should adapt to how hard an identity is
        """,
    ),
    topic(
        name="person re-identification",
        share=18,
        labels="cs.CV 9; cs.CV cs.LG 2; cs.CV cs.IR 1; cs.CV cs.MM 1",
        extra="cs.MM cs.IR cs.AI cs.LG cs.CR",
        stems="ReId Person Camera Walk",
        settings="across cameras; without identity labels; in crowded stations; under changes of clothing; across domains",
        terms="camera views; metric learning; identity labels; pedestrian images; part-based features; hard triplets; re-ranking; cross-camera matching; pseudo labels; body parts; viewpoint changes; gallery images; attribute prediction; surveillance cameras; clustering-based training",
        background="""
            searching for the same pedestrian in the images of {other|distant} surveillance cameras saves hours of manual viewing
            matching people across cameras differs from face recognition in that faces are rarely visible
            supervised models retrieve the right person at the first rank in most cases
        """,
        gaps="""
            a model trained on one camera network does poorly on the next
            people who wear similar clothes are easily confused
            viewpoint, lighting and background change from camera to camera
            labelling identities across cameras does not scale to whole cities
            parts of the body are hidden by bags, railings and other people
        """,
        methods="a part-aligned embedding network; a clustering-based method without identity labels; a camera-aware metric learning loss; a style transfer approach between cameras; a re-ranking method for pedestrian retrieval; an attribute-guided attention network",
        leads="05 13 32 21 43 50",
        steps="""
            aligns body parts before their features are compared
            clusters unlabelled pedestrian images and trains on the clusters in turn
            translates images into the style of every other camera
            mines hard triplets across cameras only
            re-ranks the gallery by how many neighbours two images share
            predicts attributes such as {bags and sleeves|hair and coat} along with the identity
        """,
        data="Market-1501; DukeMTMC; MSMT17; CUHK03; a set of images from six station cameras",
        metrics="rank-1 accuracy 55..95%; mean average precision 35..88%",
        baselines="global embedding models; part-based models; unsupervised competitors; hand-crafted descriptors",
        findings="""
            half of the gap to supervised training is closed
            the background contributes more to matches than one would wish
            re-ranking helps most when the gallery is large
            hidden body parts are handled by comparing visible ones only
            few clusters are pure, yet training on them works
        """,
        meanings="""
            unlabelled video from new cameras is enough to adapt a model
            camera identity is useful side information that comes for free
            retrieval across cameras should be tested across seasons
        """,
    ),
    topic(
        name="human pose estimation",
        share=22,
        labels="cs.CV 8; cs.CV cs.LG 2; cs.CV cs.GR 1; cs.CV cs.HC 1; cs.CV cs.RO 1",
        extra="cs.GR cs.HC cs.RO cs.AI cs.MM",
        stems="Pose Joint Limb Hand Body",
        settings="from a single image; in three dimensions; for several people at once; from depth images; for hands",
        terms="heatmaps; body joints; hourglass networks; limb lengths; kinematic chains; part affinity; depth cameras; hand gestures; parametric body models; keypoint detection; multi-view images; temporal smoothness; occluded joints; mesh recovery; motion capture",
        background="""
            locating the joints of the human body in images is used in {animation|rehabilitation|sports}
            networks that regress heatmaps find joints in the image plane with great precision
            a three-dimensional pose explains what a person does better than a flat one
            hands move quickly, look alike and hide one another
        """,
        gaps="""
            many three-dimensional poses project to the same image
            three-dimensional labels come from motion capture studios and not from everyday scenes
            in groups, joints are easily assigned to the wrong person
            frame-wise estimates jitter when played as a video
            heatmaps waste memory and limit the precision of joints
        """,
        methods="a stacked heatmap network; a lifting network from two to three dimensions; a bottom-up pose estimator; a parametric mesh regressor; a kinematic refinement layer; a self-supervised approach based on several views",
        leads="54 04 15 23 43 30",
        steps="""
            lifts joint positions to three dimensions with the help of learned limb lengths
            groups joints into people by predicting {an offset|a tag} for every joint
            fits a parametric body model to the predicted keypoints
            enforces consistency between camera views in place of labels
            smooths joint trajectories with temporal convolutions
            reads joint coordinates from heatmaps by a differentiable maximum
        """,
        data="Human3.6M; MPII Human Pose; COCO keypoints; a set of climbing videos; the NYU hand data; 3DPW",
        metrics="mean joint error in millimetres 38..95 down; percentage of correct keypoints 78..94%; keypoint average precision 55..76%",
        baselines="heatmap regression networks; top-down pose estimators; lifting networks; model-fitting methods",
        findings="""
            two camera views without labels are worth some thousand labelled frames
            errors concentrate on {wrists and ankles|hands and feet}
            limb lengths stay constant over time although nothing enforces it at test time
            the cost hardly grows with the number of people
            temporal context halves the jitter
        """,
        meanings="""
            geometry can take the place of labels in three-dimensional pose estimation
            pose estimation outside the studio is becoming practical
            grouping and detection of joints are best learned together
        """,
    ),
    topic(
        name="stereo depth estimation",
        share=24,
        labels="cs.CV 7; cs.CV cs.RO 3; cs.CV cs.LG 2; cs.CV eess.IV 1; cs.RO cs.CV 1",
        extra="cs.RO cs.GR eess.IV cs.AI math.NA",
        stems="Depth Stereo Disp Range Flow",
        settings="from a single camera; without ground truth; for automated driving; in textureless regions; on mobile devices",
        terms="disparity maps; cost volumes; photometric consistency; camera motion; epipolar geometry; optical flow; monocular cues; left-right consistency; lidar supervision; scene geometry; occlusion masks; sub-pixel matching; visual odometry; smoothness priors; surface normals",
        background="""
            depth can be recovered from {two views|the motion of a camera} by finding corresponding points
            cameras are cheaper and denser than laser scanners
            depth maps serve {obstacle avoidance|augmented reality|view synthesis}
            learning from raw video removes the need for measured depth
        """,
        gaps="""
            walls without texture and reflecting surfaces offer nothing to match
            moving objects violate the assumption of a rigid scene
            cost volumes at full resolution exceed the memory of most devices
            depth learned from video is known only up to scale
            laser measurements are sparse and miss thin structures
        """,
        methods="a stereo matching network with a sparse cost volume; a self-supervised monocular depth network; a joint model of depth and camera motion; a depth completion network; an optical flow estimator; a coarse-to-fine matching scheme",
        leads="23 01 16 54 64 20",
        steps="""
            warps one view into the other and learns from the photometric difference
            masks pixels that move independently of the camera
            builds the cost volume only around plausible disparities
            enforces consistency between left and right disparity maps
            predicts surface normals and integrates them into depth
            fills in depth between sparse laser points guided by the image
            estimates optical flow and depth with one shared encoder
        """,
        data="KITTI; Scene Flow; Middlebury; NYU Depth v2; Make3D; a set of drives recorded at dusk; Sintel",
        metrics="absolute relative error 0.06..0.21 down; end-point error 0.6..4.8 down; three-pixel error 2..12% down",
        baselines="supervised stereo networks; photometric baselines; semi-global matching methods; monocular depth networks",
        findings="""
            masking moving objects removes the holes that others leave behind cars
            memory falls to a quarter at the same precision
            single views suffice where the camera height is known
            depth and flow help one another mainly at occlusions
            the network uses the vertical position of objects as its chief cue
        """,
        meanings="""
            raw video is a sufficient teacher for depth
            dense cost volumes are more of a habit than a need
            geometry and learning complement one another in matching
        """,
    ),
    topic(
        name="3D point cloud analysis",
        share=24,
        labels="cs.CV 7; cs.CV cs.LG 2; cs.CV cs.RO 2; cs.CV cs.GR 2; cs.CG cs.GR 1",
        extra="cs.GR cs.CG cs.RO cs.AI cs.LG",
        stems="Point Cloud Shape Voxel Lidar",
        settings="for shape classification; in outdoor scenes; under rotation; with partial scans; for indoor mapping",
        terms="point clouds; local neighbourhoods; permutation invariance; voxel grids; lidar scans; shape descriptors; surface normals; graph convolutions; point set registration; farthest point sampling; 3D shapes; meshes; rigid alignment; octrees; geometric features",
        background="""
            laser scanners and depth cameras deliver scenes as unordered sets of points
            point clouds keep the exact geometry that voxel grids round off
            three-dimensional shapes appear in {design|archaeology|robotics} as meshes, volumes or points
            aligning two scans is the first step of nearly every mapping system
        """,
        gaps="""
            convolutions are not defined on unordered points
            the density of points falls with the distance to the sensor
            most networks fail when a shape is rotated
            voxel grids grow with the cube of their resolution
            scans cover only the side of an object that faces the sensor
        """,
        methods="a point convolution network; a rotation-invariant shape descriptor; a graph network on local neighbourhoods; a registration method with learned correspondences; a shape completion network; a sparse voxel detector",
        leads="01 20 12 32 41 51",
        steps="""
            defines continuous kernels on the neighbours of each point
            samples points so that sparse regions keep their share
            describes each neighbourhood by {angles and distances|quantities} that rotation leaves unchanged
            alternates between matching points and solving for the rigid motion
            predicts the missing half of a shape as a set of folded patches
            groups points into pillars and detects vehicles in the bird's-eye view
        """,
        data="ModelNet40; ShapeNet; S3DIS; ScanNet; the KITTI laser scans; a collection of 700 scanned artefacts",
        metrics="overall accuracy 84..94%; mean intersection over union 52..86%; Chamfer distance 0.4..1.9 down",
        baselines="point-wise networks; voxel-based networks; multi-view classifiers; iterative closest point methods",
        findings="""
            a thousand points describe most shapes well enough
            accuracy under rotation stays within a point of the upright case
            learned correspondences converge from far poorer starting poses
            normals help small networks more than large ones
            distant vehicles remain the weak spot
        """,
        meanings="""
            working on points directly is both simpler and more precise than rasterising them
            invariance that is built in beats invariance that is learned
            registration and recognition profit from the same local features
        """,
    ),
)
