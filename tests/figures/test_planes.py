"""Codes in the plane: what the figures show is what the records hold, and what their titles say is true of them."""

import copy

import numpy as np
import pytest

from figures import aggregate, separation
from figures.studies import number_of, plane_of, values_of
from figures.style import title_of
from tests.figures.pictures import has_line
from variational.errors import InvalidInputError


def panels_of(drawn, name):
    return [axes for axes in drawn(name).axes if axes.axison]


def radii_of(axes, dashes):
    return sorted(patch.radius for patch in axes.patches if patch.get_linestyle() == dashes)


def changed(records, names):
    return copy.deepcopy({name: records[name] for name in names})


# --- NC-VAE, Figure 2


@pytest.mark.parametrize(("place", "arm"), list(enumerate(separation.PANELS)))
def test_codes_and_circles_are_those_of_the_record(drawn, records, place, arm):
    plane = plane_of(records, separation.PLANES, separation.STUDY, arm)
    axes = panels_of(drawn, "separation")[place]
    for name in ("codes", "noise_codes"):
        assert len(plane[name]) == 150
        assert has_line(axes, *zip(*plane[name], strict=True))
    assert radii_of(axes, "-") == plane["optimum"]["data_radii"]
    assert radii_of(axes, "--") == plane["optimum"]["noise_radii"]


@pytest.mark.parametrize("arm", separation.PANELS)
def test_the_codes_shown_are_of_the_arm_and_of_the_first_of_three_seeds(records, arm):
    plane = plane_of(records, separation.PLANES, separation.STUDY, arm)
    cells = [cell for cell in records[separation.STUDY]["cells"] if cell["arm"] == arm]
    assert sorted(cell["seed"] for cell in cells) == [0, 1, 2]
    assert plane["run"] == next(cell["folder"] for cell in cells if cell["seed"] == 0)


def test_the_distances_of_all_seeds_stand_below_the_panels(drawn, records):
    for axes, arm in zip(panels_of(drawn, "separation"), separation.PANELS, strict=True):
        gaps = values_of(records[separation.STUDY], arm, "encoder_gap_upper")
        lowers = values_of(records[separation.STUDY], arm, "encoder_gap_lower")
        shown = [float(word) for word in axes.get_xlabel().splitlines()[-2].split(", ")]
        np.testing.assert_allclose(shown, [gap["value"] for gap in gaps], atol=5e-4)
        assert len(shown) == 3
        assert all(low["value"] <= high["value"] + high["error"] for low, high in zip(lowers, gaps, strict=True))


def test_trained_nc_vae_separates_the_laws_as_its_optimum_and_beta_vae_does_not(records):
    for arm, least, most in (("NC-VAE", 0.9, 1.0), ("beta-VAE", 0.45, 0.55)):
        ours, optimal = separation.separations(records, arm)
        assert least < min(ours, optimal) <= max(ours, optimal) < most


@pytest.mark.parametrize(("auc", "how"), [(0.96, " as the"), (0.7, "not as the")])
def test_the_title_says_whether_training_comes_near_the_optimum(records, auc, how):
    found = changed(records, separation.RECORDS)
    for cell in found[separation.STUDY]["cells"]:
        for value in cell["values"]:
            if cell["arm"] == "NC-VAE" and value["name"] == separation.AUC:
                value["value"] = auc
    assert how in separation.finding(found)
    assert f"AUC {auc:.2f} of 0.96 (NC-VAE)" in separation.finding(found)


# --- InfoVAE, Figure 3


@pytest.mark.parametrize(("place", "arm"), list(enumerate(aggregate.PANELS, start=1)))
def test_contours_lie_where_the_density_of_the_record_has_the_levels(drawn, records, place, arm):
    plane = plane_of(records, aggregate.PLANES, aggregate.STUDY, arm)
    (contours,) = panels_of(drawn, "aggregate")[place].collections
    np.testing.assert_allclose(contours.levels, aggregate.levels_of(plane))
    density, axis = np.array(plane["density"]), np.array(plane["axis"])
    spacing = axis[1] - axis[0]
    for level, lines in zip(contours.levels, contours.allsegs, strict=True):
        assert bool(lines) == bool(density.max() > level)
        for x, y in (point for line in lines for point in line):
            column, row = int((x - axis[0]) // spacing), int((y - axis[0]) // spacing)
            near = density[row : row + 2, column : column + 2]
            assert near.min() * (1 - 1e-6) <= level <= near.max() * (1 + 1e-6)


def test_the_prior_is_drawn_at_the_same_levels(drawn, records):
    axes = panels_of(drawn, "aggregate")[0]
    radii = [np.hypot(*line.get_data())[0] for line in axes.get_lines()]
    deviation = plane_of(records, aggregate.PLANES, aggregate.STUDY, "ELBO")["prior_deviation"]
    np.testing.assert_allclose(radii, np.array(aggregate.RADII) * deviation)


@pytest.mark.parametrize("arm", aggregate.PANELS)
def test_a_recorded_density_has_mass_one(records, arm):
    plane = plane_of(records, aggregate.PLANES, aggregate.STUDY, arm)
    spacing = plane["axis"][1] - plane["axis"][0]
    assert np.sum(plane["density"]) * spacing**2 == pytest.approx(1.0, abs=0.01)


def test_the_numbers_below_the_panels_are_means_over_seeds(drawn, records):
    for axes, arm in zip(panels_of(drawn, "aggregate")[1:], aggregate.PANELS, strict=True):
        numbers = [
            number_of(records, aggregate.STUDY, arm, name).value for name in ("aggregate_kl", "mutual_information")
        ]
        assert axes.get_xlabel() == "KL {:.2f}\nI = {:.2f}".format(*numbers)
        assert all(len(values_of(records[aggregate.STUDY], arm, "aggregate_kl")) == 3 for arm in aggregate.PANELS)


@pytest.mark.parametrize(("kl", "said"), [(0.0, "does at"), (1.0, "does not at")])
def test_the_title_says_where_infovae_is_nearer_the_prior(records, kl, said):
    found = changed(records, aggregate.RECORDS)
    for cell in found[aggregate.STUDY]["cells"]:
        for value in cell["values"]:
            if cell["arm"].startswith("InfoVAE") and value["name"] == aggregate.KL:
                value["value"] = kl
    assert f"{said} λ = 1000" in title_of(aggregate.draw(found))


# --- both


def test_codes_or_numbers_that_are_missing_name_the_command_that_makes_them(records):
    found = changed(records, separation.RECORDS)
    found[separation.PLANES]["planes"] = []
    with pytest.raises(InvalidInputError, match=r"make it again by: .* planes ncvae-figure2$"):
        separation.draw(found)
    with pytest.raises(
        InvalidInputError, match=r"must hold no_such of 'NC-VAE'; make it again by: .*ncvae-figure2-small"
    ):
        number_of(records, separation.STUDY, "NC-VAE", "no_such")
