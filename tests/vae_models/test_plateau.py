"""What evaluations decide, as tables."""

import math

import pytest

from vae_models.config import PlateauConfig
from vae_models.plateau import Action, Plateau

B, G, H, S = Action.IMPROVED, Action.GO_ON, Action.HALVE, Action.STOP


@pytest.mark.parametrize(
    ("config", "losses", "actions"),
    [
        ({}, [3, 2, 2, 2, 2], [B, B, G, G, G]),
        ({"halve_after": 2}, [3, 4, 4, 2, 3, 3, 3, 3], [B, G, H, B, G, H, G, H]),
        ({"halve_after": 1, "max_halvings": 2}, [3, 4, 4, 4], [B, H, H, S]),
        ({"halve_after": 1, "max_halvings": 0}, [3, 4], [B, S]),
        ({"stop_after": 3}, [3, 4, 4, 2, 4, 4, 4], [B, G, G, B, G, G, S]),
        ({"halve_after": 2, "stop_after": 3}, [3, 4, 4, 4], [B, G, H, S]),
        ({"halve_after": 1, "halve_from_epoch": 3.0}, [3, 4, 4, 4], [B, G, H, H]),
        ({"halve_after": 1, "min_improvement": 0.5}, [3, 2.6, 2.4], [B, H, B]),
        ({"halve_after": 1}, [math.nan, 3, math.nan, math.inf], [H, B, H, H]),
    ],
)
def test_losses_lead_to_actions(config, losses, actions):
    plateau, found = Plateau(), []
    for epoch, loss in enumerate(losses, start=1):
        plateau, action = plateau.after(
            float(loss), step=10 * epoch, epoch=float(epoch), config=PlateauConfig(**config)
        )
        found.append(action)
    assert found == actions
    finite = [loss for loss in losses if math.isfinite(loss)]
    assert plateau.halvings == found.count(H)
    assert plateau.best_step == 10 * (max(place for place, action in enumerate(found, start=1) if action is B))
    assert plateau.best_loss <= min(finite) + config.get("min_improvement", 0)
