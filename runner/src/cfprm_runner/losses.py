"""The losses, as pure functions of raw scores.

All take `scores` [B, T] (one raw score per step), `labels` [B, T] in [0, 1] and a boolean `mask` [B, T] that is true
where a step has a label; what the other places hold does not matter, NaN included. BCE and MSE are means over the
labelled steps; Q-ranking is the mean over a trajectory's terms, then over the trajectories that have a label. Without
any label a loss is 0 and has a gradient of 0.

A batch may be cut into parts (gradient accumulation, processes): `loss_sum` of the parts adds up, and is divided once
by the sum of `loss_count`.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Kind = Literal["bce", "mse", "mse-raw", "q-ranking"]


def bce_loss(scores: Tensor, labels: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy of sigmoid(score) with hard or soft labels.

    Table 1 of the paper prints it without its minus sign. It equals the two-class cross-entropy of TRL's PRMTrainer
    with the score as the difference of the two logits.
    """
    return _mean("bce", scores, labels, mask)


def mse_loss(
    scores: Tensor, labels: Tensor, mask: Tensor, activation: Literal["sigmoid", "none"] = "sigmoid"
) -> Tensor:
    """Mean squared error of sigmoid(score), or of the score itself (`none`, as ReST-MCTS* has it), with the labels."""
    return _mean("mse" if activation == "sigmoid" else "mse-raw", scores, labels, mask)


def q_ranking_loss(scores: Tensor, labels: Tensor, mask: Tensor, zeta: float = 4.0) -> Tensor:
    """PQM's ranking loss (Process Q-value Model, Eq. 10), in the log domain.

    With the correct steps c_1 < ... < c_n, the incorrect steps W, and a virtual first step with Q = 0 (the 1):

        l_0 = -log(1 / (1 + sum_W e^(Q_w + zeta)))                          only if W is not empty
        l_j = -log(e^(Q_cj) / (1 + sum_{q<=j} e^(Q_cq) + sum_W e^(Q_w + zeta)))
        loss of the trajectory = (l_0 + sum_j l_j) / (number of terms)

    Labels from 0.5 on count as correct. The published code adds 1e-5 to the denominator and overflows from scores of
    about 88 on; this does neither.
    """
    return _mean("q-ranking", scores, labels, mask, zeta)


def loss_sum(kind: Kind, scores: Tensor, labels: Tensor, mask: Tensor, zeta: float = 4.0) -> Tensor:
    """The loss before its division by `loss_count`: a sum over steps, or for Q-ranking over trajectories."""
    mask = mask.bool()
    # Padding must not reach the gradient, not even as 0 times infinity.
    scores = torch.where(mask, scores, 0.0).float() if scores.dtype != torch.float64 else torch.where(mask, scores, 0.0)
    labels = torch.where(mask, labels, 0.0).to(scores.dtype)
    if kind == "q-ranking":
        return _q_ranking_per_trajectory(scores, labels >= 0.5, mask, zeta).sum()
    if kind == "bce":
        each = F.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    else:
        each = (scores.sigmoid() if kind == "mse" else scores).sub(labels).square()
    return torch.where(mask, each, 0.0).sum()


def loss_count(kind: Kind, mask: Tensor) -> Tensor:
    """What a sum is divided by: labelled steps, or for Q-ranking trajectories that have one."""
    mask = mask.bool()
    return mask.any(dim=-1).sum() if kind == "q-ranking" else mask.sum()


def _mean(kind: Kind, scores: Tensor, labels: Tensor, mask: Tensor, zeta: float = 4.0) -> Tensor:
    return loss_sum(kind, scores, labels, mask, zeta) / loss_count(kind, mask).clamp(min=1)


def _q_ranking_per_trajectory(scores: Tensor, positive: Tensor, mask: Tensor, zeta: float) -> Tensor:
    correct = mask & positive
    wrong = mask & ~positive
    nothing = torch.finfo(scores.dtype).min
    zero = scores.new_zeros(scores.shape[0], 1)
    negatives = torch.where(wrong, scores + zeta, nothing)
    # log(1 + sum_W e^(Q_w + zeta)): what every denominator holds.
    base = torch.logsumexp(torch.cat([zero, negatives], dim=1), dim=1, keepdim=True)
    running = torch.logcumsumexp(torch.where(correct, scores, nothing), dim=1)
    terms = torch.where(correct, torch.logaddexp(base, running) - scores, 0.0)
    first = torch.where(wrong.any(dim=1), base.squeeze(1), 0.0)
    count = correct.sum(dim=1) + wrong.any(dim=1)
    return (first + terms.sum(dim=1)) / count.clamp(min=1)
