"""Example abstracts for the Predict page, written for this project; no real paper's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One made-up paper, and the field that its button names."""

    field: str
    title: str
    abstract: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        "Medical imaging",
        "Outlining Small Tumours in Liver CT with Two-Resolution Attention",
        "Automatic segmentation of liver tumours in computed tomography helps radiologists to "
        "plan treatment, yet small lesions are often missed because they fill only a few voxels. "
        "We present a convolutional encoder-decoder that reads each CT volume at two resolutions "
        "and fuses the feature maps with a light attention module. A boundary-aware loss weights "
        "voxels close to the lesion surface, and deep supervision steadies training on few "
        "annotated scans. On a public benchmark of 131 volumes the network raises the Dice score "
        "of lesions under one centimetre from 0.58 to 0.67 while the accuracy on large lesions is "
        "unchanged. Ablation studies show that both the second resolution and the loss are "
        "needed. Inference takes under a second per image on one GPU.",
    ),
    Example(
        "Language",
        "Does the Summary Say What the Article Says? Checking Facts by Asking Questions",
        "Neural abstractive summarization systems write fluent text that sometimes contradicts "
        "the source document. We study how to detect such factual errors without reference "
        "summaries. Our method generates questions from a summary with a pretrained language "
        "model, answers them once from the summary and once from the article, and compares the "
        "answers with a learned similarity. We collect human judgements for 2,400 sentence pairs "
        "in news and dialogue, and find that the score correlates better with annotators than "
        "word overlap metrics and natural language inference baselines. An error analysis shows "
        "that pronoun resolution and numbers remain difficult. The annotations and the code of "
        "the question generation model are released to support work on faithful text generation.",
    ),
    Example(
        "Robot learning",
        "Learning to Insert: Safe Reinforcement Learning for Contact-Rich Assembly",
        "Inserting a plug into a socket is easy for people and hard for robots, because small "
        "position errors lead to large contact forces. We train a manipulation policy with "
        "reinforcement learning in simulation and transfer it to a real robot arm without "
        "further tuning. The policy observes joint positions and a wrist force sensor, and "
        "commands the stiffness of an impedance controller, so that exploration stays safe. "
        "Domain randomization over friction, sensor delay and camera calibration closes the gap "
        "between simulator and hardware. In 500 trials on four connectors the robot succeeds in "
        "96 percent of the insertions and never exceeds the force limit. We compare with "
        "model-based control and with imitation learning from human demonstrations.",
    ),
    Example(
        "Statistics",
        "Honest Intervals after Choosing Variables in High-Dimensional Regression",
        "Confidence intervals computed after variable selection are too narrow when the "
        "selection is ignored. We consider the linear model with more covariates than "
        "observations and propose a debiased estimator whose asymptotic distribution holds "
        "uniformly over sparse coefficient vectors. The construction needs neither the noise "
        "variance nor a lower bound on the signal strength. We prove that the intervals attain "
        "the minimax length up to a logarithmic factor and extend the theory to generalized "
        "linear models under a weak moment condition. A simulation study compares coverage with "
        "the bootstrap and with sample splitting, and an application to gene expression data "
        "illustrates how conclusions change once selection is taken into account.",
    ),
    Example(
        "Recommendation",
        "What Friends Add: Graph Neural Networks for Recommendation with Few Ratings",
        "Recommender systems struggle with users who have rated only a few items. Social "
        "networks offer extra evidence, but friends do not always share tastes. We describe a "
        "graph neural network that propagates embeddings over the user-item graph and over the "
        "friendship graph, and learns for every user how far to trust each of them. Negative "
        "sampling by popularity makes training scale to twenty million interactions. Experiments "
        "on three datasets show gains in recall and ranking quality over matrix factorization "
        "and over collaborative filtering baselines, most of all for cold-start users. We also "
        "examine how the social signal fades with distance in the graph and report an online "
        "test with click-through rates.",
    ),
    Example(
        "Speech",
        "Hearing One Voice in a Crowd: Streaming Speaker Extraction on a Phone",
        "Target speaker extraction recovers one person's voice from a recording of several "
        "people who talk at once. Existing models need the whole utterance and too much memory "
        "for mobile devices. We propose a causal network that filters the short-time spectrum "
        "frame by frame, guided by a speaker embedding from five seconds of enrolment audio. "
        "Knowledge distillation from a larger model and quantization to eight bits reduce it to "
        "three megabytes. On noisy two-speaker mixtures the signal-to-distortion ratio improves "
        "by 9.8 decibels with 40 milliseconds of delay, and the word error rate of a speech "
        "recognition system falls by half. Listening tests confirm the quality.",
    ),
)
