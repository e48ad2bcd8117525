"""Robotics: perception, planning and learning to act."""

from __future__ import annotations

from tools.sample_bank.topic import Topic, topic

TOPICS: tuple[Topic, ...] = (
    topic(
        name="simultaneous localisation and mapping",
        share=18,
        labels="cs.RO 4; cs.RO cs.CV 6; cs.CV cs.RO 5",
        extra="cs.AI cs.LG cs.GR eess.SP",
        stems="Map Loca Odo Loop Pose",
        settings="with a monocular camera; in dynamic environments; for aerial vehicles; over long times; underground",
        terms="visual odometry; loop closures; pose graphs; inertial measurement units; feature maps; place recognition; bundle adjustment; lidar odometry; keyframes; drift; semantic maps; camera trajectories; occupancy grids; factor graphs; sensor fusion; indoor environments; relocalisation",
        background="""
            a robot in an unknown environment has to build a map and find its place in it
            cameras and inertial sensors complement each other in estimating motion
            autonomous vehicles need their position to within a few centimetres
        """,
        gaps="""
            moving people and cars corrupt the map
            drift grows with the length of the trajectory
            a wrong loop closure can ruin the entire map
            places look different {at night|in winter|after rain}
            monocular systems cannot observe scale
        """,
        methods="a visual-inertial odometry system; a semantic mapping system; a robust pose graph optimiser; a place recognition method; a direct sparse odometry; a multi-robot mapping framework",
        leads="15 40 35 23 50 63",
        steps="""
            discards features on objects that may move
            tightly couples camera and inertial measurements in a sliding window
            recognises places by sequences of images in place of single ones
            switches off loop closures that contradict the rest of the graph
            labels map points with semantic classes
            estimates the uncertainty of each landmark
            merges the maps of several robots when they meet
        """,
        data="the KITTI odometry sequences; EuRoC; TUM RGB-D; the Oxford RobotCar drives; recordings from a mine; the New College sequence",
        metrics="translation error in centimetres 2.4..18.0 down; drift per distance 0.5..2.6% down; recall at full precision 34..86%",
        baselines="feature-based odometry systems; direct methods; filter-based estimators; image retrieval methods",
        findings="""
            trajectories stay accurate in crowds
            the system runs in real time on the robot's own computer
            semantic labels reject most wrong matches
            inertial measurements matter most during fast turns
            maps can be used again after a year
        """,
        meanings="""
            semantics make localisation more robust and maps more useful
            uncertainty should be carried through the whole pipeline
            long-term operation is the next hurdle for mapping
        """,
    ),
    topic(
        name="robotic grasping",
        share=15,
        labels="cs.RO 4; cs.RO cs.LG 4; cs.RO cs.CV 3; cs.RO cs.AI 2; cs.CV cs.RO 1; cs.RO cs.AI cs.LG 1",
        extra="cs.LG cs.CV cs.HC cs.AI stat.ML",
        stems="Grasp Grip Hand Pick Touch",
        settings="of unknown objects; in cluttered bins; with tactile sensing; from depth images; with a soft gripper",
        terms="grasp planning; grippers; depth cameras; tactile sensors; force control; object poses; simulation; domain randomisation; manipulation; clutter; robot arms; contact models; grasp quality; bin picking; visual servoing; dexterous hands; suction cups",
        background="""
            picking up unfamiliar objects is a basic skill for robots in {homes|warehouses}
            simulation provides grasp attempts in numbers no robot could collect
            people rely on touch as well as sight when they handle objects
        """,
        gaps="""
            policies trained in simulation fail on the real robot
            transparent and shiny objects are invisible to depth cameras
            objects in a pile hide and support one another
            contact is hard to model
            collecting grasps on a robot takes weeks
        """,
        methods="a grasp detection network; a visuo-tactile manipulation policy; a closed-loop grasping controller; a simulation-to-reality transfer method; a pushing and grasping planner; an object pose estimator for manipulation",
        leads="02 45 25 32 10 52",
        steps="""
            scores candidate grasps directly from a depth image
            pushes objects apart before it grasps them
            corrects the position of the gripper while it closes
            varies textures, lights and masses in simulation
            predicts slip from tactile images
            explores an object by touch when vision is uncertain
        """,
        data="the Cornell grasps; YCB objects; 2,000 grasp attempts on a real robot; Dex-Net; a bin of transparent bottles",
        metrics="grasp success rate 68..96%; number of picks per hour 180..420; pose error in millimetres 3..14 down",
        baselines="analytic grasp planners; open-loop grasping; policies without touch; template-based methods",
        findings="""
            nine out of ten unknown objects are grasped at the first attempt
            touch halves the number of dropped objects
            randomised simulation replaces real training data
            failures are mostly due to thin and flat objects
            pushing pays off in dense clutter
        """,
        meanings="""
            closed-loop control forgives errors of perception
            touch deserves a place beside vision in manipulation
            simulation is good enough if its parameters are varied
        """,
    ),
    topic(
        name="robot motion planning",
        share=14,
        labels="cs.RO 6; cs.RO cs.AI 5; cs.RO cs.LG 2; cs.AI cs.RO 2; cs.RO cs.AI cs.LG 1",
        extra="cs.AI cs.MA math.OC cs.CG cs.LG cs.HC",
        stems="Plan Path Route Drive Navi",
        settings="among pedestrians; in high dimensions; under uncertainty; for mobile robots; in narrow passages; for autonomous driving",
        terms="sampling-based planners; collision checking; configuration spaces; trajectory optimisation; obstacles; model predictive control; navigation; roadmaps; kinodynamic constraints; pedestrians; cost maps; heuristics; autonomous vehicles; belief space; safety constraints; task planning; lane changes",
        background="""
            a robot has to reach its goal without touching obstacles
            sampling-based planners find paths for arms with many joints
            robots in public spaces have to move in ways that people can foresee
            automated vehicles plan several seconds ahead in dense traffic
        """,
        gaps="""
            narrow passages are rarely sampled
            people react to the robot, which most planners ignore
            optimal planners are too slow to replan in a changing environment
            uncertainty about position is ignored until a collision occurs
            plans on the symbolic level may be geometrically impossible
        """,
        methods="a sampling-based motion planner; a learned sampling distribution; a socially aware navigation method; a model predictive controller; a combined task and motion planner; a behaviour planner for automated vehicles",
        leads="05 03 13 31 42 13",
        steps="""
            learns where to sample from earlier planning problems
            predicts how pedestrians will react to each candidate trajectory
            repairs the old plan in place of starting anew
            bounds the probability of collision along the path
            alternates between symbolic search and geometric checks
            deforms a straight path until it is free of collisions
        """,
        data="simulated warehouse tasks; a seven-joint robot arm; recorded pedestrian trajectories; an office floor with a mobile robot; the NGSIM traffic data",
        metrics="planning time in milliseconds 35..900 down; success rate 72..99%; path length ratio 1.02..1.60 down",
        baselines="rapidly exploring random trees; grid-based planners; reactive controllers; trajectory optimisers",
        findings="""
            planning time falls by an order of magnitude in familiar environments
            pedestrians keep their pace when the robot passes
            learned sampling helps most in narrow passages
            replanning at ten hertz avoids all collisions in the tests
            most time is still spent on collision checking
        """,
        meanings="""
            experience from earlier problems should guide the search
            prediction and planning cannot be separated among people
            guarantees and learning can be combined in planning
        """,
        theorems="""
            the planner is probabilistically complete and asymptotically optimal
            the probability of collision stays below the given bound
        """,
    ),
    topic(
        name="imitation learning for robots",
        share=14,
        labels="cs.RO cs.LG 5; cs.LG cs.RO 3; cs.RO cs.AI cs.LG 2; cs.RO 2; cs.LG cs.AI 1; cs.LG cs.RO stat.ML 2",
        extra="cs.AI stat.ML cs.CV cs.HC cs.NE",
        stems="Imitate Demo Skill Teach Mimic",
        settings="from few demonstrations; from video; for legged locomotion; with human corrections; in simulation and reality",
        terms="expert demonstrations; behaviour cloning; inverse reinforcement learning; movement primitives; reward functions; teleoperation; policy learning; skills; locomotion; covariate shift; controllers; robot arms; dynamics randomisation; goal images; kinesthetic teaching; autonomous driving",
        background="""
            showing a robot what to do is easier than programming it
            behaviour cloning learns a policy from expert demonstrations by regression
            reinforcement learning on real robots is slow and wears them out
        """,
        gaps="""
            small errors carry the robot into states that no demonstration covers
            a demonstration does not say why the expert acted so
            human and robot bodies differ
            hundreds of demonstrations are needed for one simple task
            policies learned in simulation ignore delays and friction
        """,
        methods="an interactive imitation learning algorithm; an inverse reinforcement learning method; a movement primitive representation; a one-shot imitation policy; a locomotion controller trained in simulation; a goal-conditioned policy",
        leads="05 12 25 32 45 54",
        steps="""
            asks the expert for help in states that it is unsure about
            infers a reward function under which the demonstrations are optimal
            segments demonstrations into reusable skills
            maps the movements of a person to the joints of the robot
            randomises masses, delays and friction during training
            recovers from disturbances with a learned stabilising controller
        """,
        data="a table-top manipulation task; driving records of six hours; a four-legged robot; videos of people assembling furniture; pouring and pushing tasks",
        metrics="task success rate 52..95%; number of demonstrations 5..80 down; number of interventions per hour 0.6..6.0 down",
        baselines="behaviour cloning; policies from scratch; hand-tuned controllers; generative imitation methods",
        findings="""
            ten demonstrations suffice for pouring and pushing
            corrections are worth more than further demonstrations
            the robot walks over gravel and snow without retraining
            the inferred reward transfers to other robots
            skills found on one task are reused on the next
        """,
        meanings="""
            teaching should be a dialogue between person and robot
            variety in simulation matters more than realism
            intent is a better target for imitation than movement
        """,
    ),
    topic(
        name="automated driving perception",
        share=18,
        labels="cs.CV 3; cs.CV cs.RO 5; cs.RO cs.CV 2; cs.CV cs.LG 2; cs.CV cs.LG cs.RO 2; cs.CV cs.AI 1; cs.RO cs.LG 1",
        extra="cs.AI eess.IV cs.LG cs.HC eess.SP",
        stems="Drive Road Lane Traffic Fuse",
        settings="at night; with camera and lidar; in bird's-eye view; for lane keeping; in bad weather; for trajectory forecasting",
        terms="lane markings; vehicle detection; sensor fusion; traffic signs; pedestrians; trajectory forecasting; lidar sweeps; radar; drivable areas; bird's-eye view; driver assistance; steering commands; road users; calibration; driving simulators; semantic maps",
        background="""
            automated vehicles have to perceive {lanes, signs and other road users|their surroundings} in all weather
            cameras, lidar and radar fail in different situations
            forecasting where others will go is as important as knowing where they are
        """,
        gaps="""
            rain and fog degrade cameras and lidar alike
            rare situations are absent from most recordings
            fusion breaks when sensors are slightly out of calibration
            end-to-end steering models cannot explain their decisions
            forecasts that average over possible futures hit none of them
        """,
        methods="a camera and lidar fusion network; a lane detection network; a multi-modal trajectory forecaster; an end-to-end driving model; a weather-robust detector; a traffic sign recogniser",
        leads="04 34 15 53 24 54",
        steps="""
            projects image features into a bird's-eye view and fuses them with lidar there
            forecasts several trajectories with their probabilities
            simulates fog and rain on recorded drives
            represents lanes by curves in place of pixels
            re-estimates the calibration while driving
            attends to the road users that matter for the next manoeuvre
        """,
        data="nuScenes; KITTI; the TuSimple lanes; Argoverse; BDD100K; 40 hours of driving in snow; the CARLA simulator",
        metrics="mean average precision 38..71%; final displacement error in metres 1.1..3.6 down; lane accuracy 88..97%",
        baselines="camera-only detectors; lidar-only detectors; constant velocity models; convolutional lane detectors",
        findings="""
            fusion helps most for distant and small road users
            simulated fog prepares well for real fog
            six forecasts cover nearly all manoeuvres
            lanes are found even where paint is worn off
            a single failed sensor no longer causes missed vehicles
        """,
        meanings="""
            redundant sensors are useful only if fusion survives the loss of one
            rare situations need to be sought out and not waited for
            forecasts should state their uncertainty
        """,
    ),
)
