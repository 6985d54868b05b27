"""CAMPPlus (Wang et al. 2023): who speaks, as the official model hears it. Fbank frames in, one embedding out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEAD_CHANNELS = 32
BLOCKS = ((12, 1), (24, 2), (16, 2))  # of the trunk: how many layers, which dilation
SEGMENT = 100  # frames that share a context, 2 s


@dataclass(frozen=True)
class SpeakerEncoderConfig:
    """Sizes of the network."""

    n_mels: int
    speaker_dim: int
    dim: int  # where the trunk begins
    growth: int  # channels that a layer adds
    bottleneck: int  # channels inside of a layer


class ResidualBlock(nn.Module):
    """Two convolutions over frequency and time on a residual. (B, C, F, T) -> (B, C, ceil(F / stride), T)."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride > 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, channels, 1, stride=(stride, 1), bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class Head(nn.Module):
    """Fbank as a picture (B, n_mels, T) -> (B, out_channels, T): frequency is folded to an eighth."""

    def __init__(self, n_mels: int) -> None:
        super().__init__()
        c = HEAD_CHANNELS
        self.conv1, self.bn1 = nn.Conv2d(1, c, 3, padding=1, bias=False), nn.BatchNorm2d(c)
        self.layer1 = nn.Sequential(ResidualBlock(c, 2), ResidualBlock(c, 1))
        self.layer2 = nn.Sequential(ResidualBlock(c, 2), ResidualBlock(c, 1))
        self.conv2, self.bn2 = nn.Conv2d(c, c, 3, stride=(2, 1), padding=1, bias=False), nn.BatchNorm2d(c)
        self.out_channels = c * -(-n_mels // 8)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x[:, None])))
        x = F.relu(self.bn2(self.conv2(self.layer2(self.layer1(x)))))
        return x.flatten(1, 2)


class ContextMask(nn.Module):
    """A convolution whose channels are weighed by their context. (B, bottleneck, T) -> (B, growth, T)."""

    def __init__(self, config: SpeakerEncoderConfig, dilation: int) -> None:
        super().__init__()
        inside, out = config.bottleneck, config.growth
        self.local = nn.Conv1d(inside, out, 3, padding=dilation, dilation=dilation, bias=False)
        self.squeeze = nn.Conv1d(inside, inside // 2, 1)
        self.weigh = nn.Conv1d(inside // 2, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        # Averaged over all of the clip and over the segment; the last segment is as long as it is.
        segments = F.avg_pool1d(x, SEGMENT, SEGMENT, ceil_mode=True)
        context = x.mean(-1, keepdim=True) + segments.repeat_interleave(SEGMENT, -1)[..., : x.shape[-1]]
        return self.local(x) * torch.sigmoid(self.weigh(F.relu(self.squeeze(context))))


class DenseLayer(nn.Module):
    """Appends `growth` channels to its input (Huang et al. 2017). (B, dim, T) -> (B, dim + growth, T)."""

    def __init__(self, dim: int, config: SpeakerEncoderConfig, dilation: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm1d(dim)
        self.contract = nn.Conv1d(dim, config.bottleneck, 1, bias=False)
        self.norm2 = nn.BatchNorm1d(config.bottleneck)
        self.context = ContextMask(config, dilation)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm2(self.contract(F.relu(self.norm1(x)))))
        return torch.cat([x, self.context(y)], 1)


class Transit(nn.Module):
    """Halves the channels after a dense block. (B, dim, T) -> (B, dim / 2, T)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(dim)
        self.contract = nn.Conv1d(dim, dim // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.contract(F.relu(self.norm(x)))


class SpeakerEncoder(nn.Module):
    """Centred fbank (B, T, n_mels) of a timbre prompt -> speaker embedding (B, speaker_dim), whatever its length."""

    def __init__(self, config: SpeakerEncoderConfig) -> None:
        super().__init__()
        self.head = Head(config.n_mels)
        dim = config.dim
        self.stem = nn.Conv1d(self.head.out_channels, dim, 5, stride=2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm1d(dim)
        self.blocks, self.transits = nn.ModuleList(), nn.ModuleList()
        for n_layer, dilation in BLOCKS:
            layers = [DenseLayer(dim + i * config.growth, config, dilation) for i in range(n_layer)]
            self.blocks.append(nn.Sequential(*layers))
            dim += n_layer * config.growth
            self.transits.append(Transit(dim))
            dim //= 2
        self.norm = nn.BatchNorm1d(dim)
        self.out = nn.Conv1d(2 * dim, config.speaker_dim, 1, bias=False)
        self.out_norm = nn.BatchNorm1d(config.speaker_dim, affine=False)

    def forward(self, fbank: Tensor) -> Tensor:
        x = F.relu(self.stem_norm(self.stem(self.head(fbank.transpose(1, 2)))))
        for block, transit in zip(self.blocks, self.transits, strict=True):
            x = transit(block(x))
        x = F.relu(self.norm(x))
        statistics = torch.cat([x.mean(-1), x.std(-1)], 1)
        return self.out_norm(self.out(statistics[:, :, None]))[:, :, 0]
