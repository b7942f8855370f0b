"""Keys and shapes of the published Inception weights, written out layer by layer and independently of the network.

Names and sizes are those of torchvision's Inception v3 without its auxiliary classifier, with 1008 classes, as the file
pt_inception-2015-12-05-6726825d.pth of pytorch-fid has them.
"""

import torch

BATCHES = "bn.num_batches_tracked"
STEM = "1a_3x3 3 32 3 3, 2a_3x3 32 32 3 3, 2b_3x3 32 64 3 3, 3b_1x1 64 80 1 1, 4a_3x3 80 192 3 3"


def convolutions():
    """Return the shape of the kernel of each convolution by name: outputs, inputs, height, width."""
    found = {}

    def add(block, text):
        for layer in text.split(", "):
            name, inputs, outputs, height, width = layer.split()
            found[f"{block}{name}"] = tuple(map(int, (outputs, inputs, height, width)))

    add("Conv2d_", STEM)
    for block, inputs, pooled in (("5b", 192, 32), ("5c", 256, 64), ("5d", 288, 64)):
        row = f"branch1x1 {inputs} 64 1 1, branch5x5_1 {inputs} 48 1 1, branch5x5_2 48 64 5 5, "
        row += f"branch3x3dbl_1 {inputs} 64 1 1, branch3x3dbl_2 64 96 3 3, branch3x3dbl_3 96 96 3 3, "
        add(f"Mixed_{block}.", row + f"branch_pool {inputs} {pooled} 1 1")
    row = "branch3x3 288 384 3 3, branch3x3dbl_1 288 64 1 1, branch3x3dbl_2 64 96 3 3, branch3x3dbl_3 96 96 3 3"
    add("Mixed_6a.", row)
    for block, c in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        row = f"branch1x1 768 192 1 1, branch7x7_1 768 {c} 1 1, branch7x7_2 {c} {c} 1 7, branch7x7_3 {c} 192 7 1, "
        row += f"branch7x7dbl_1 768 {c} 1 1, branch7x7dbl_2 {c} {c} 7 1, branch7x7dbl_3 {c} {c} 1 7, "
        row += f"branch7x7dbl_4 {c} {c} 7 1, branch7x7dbl_5 {c} 192 1 7, branch_pool 768 192 1 1"
        add(f"Mixed_{block}.", row)
    row = "branch3x3_1 768 192 1 1, branch3x3_2 192 320 3 3, branch7x7x3_1 768 192 1 1, "
    add("Mixed_7a.", row + "branch7x7x3_2 192 192 1 7, branch7x7x3_3 192 192 7 1, branch7x7x3_4 192 192 3 3")
    for block, inputs in (("7b", 1280), ("7c", 2048)):
        row = f"branch1x1 {inputs} 320 1 1, branch3x3_1 {inputs} 384 1 1, "
        row += "branch3x3_2a 384 384 1 3, branch3x3_2b 384 384 3 1, "
        row += f"branch3x3dbl_1 {inputs} 448 1 1, branch3x3dbl_2 448 384 3 3, "
        row += f"branch3x3dbl_3a 384 384 1 3, branch3x3dbl_3b 384 384 3 1, branch_pool {inputs} 192 1 1"
        add(f"Mixed_{block}.", row)
    return found


def random_weights(*, counted=True, seed=0):
    """Return weights in this layout, scaled so that maps neither vanish nor grow; ``counted`` with the counters."""
    draws = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in convolutions().items():
        outputs, fan_in = shape[0], shape[1] * shape[2] * shape[3]
        weights[f"{name}.conv.weight"] = torch.randn(shape, generator=draws) * (2 / fan_in) ** 0.5
        weights[f"{name}.bn.weight"] = 1 + 0.1 * torch.randn(outputs, generator=draws)
        weights[f"{name}.bn.bias"] = 0.1 * torch.randn(outputs, generator=draws)
        weights[f"{name}.bn.running_mean"] = 0.1 * torch.randn(outputs, generator=draws)
        weights[f"{name}.bn.running_var"] = 0.8 + 0.4 * torch.rand(outputs, generator=draws)
        if counted:
            weights[f"{name}.{BATCHES}"] = torch.tensor(0)
    weights["fc.weight"] = 0.02 * torch.randn(1008, 2048, generator=draws)
    weights["fc.bias"] = torch.zeros(1008)
    return weights
