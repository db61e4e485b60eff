"""Quantiles of the parts of an array: numpy's, part by part."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gait.grouped import medians_by, quantiles_by


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3),
)
def test_quantiles_are_numpys_of_each_part(rows, shares):
    """Any values in any order: each part has numpy's quantiles, and the input stays as it was."""
    part, value = (np.array(column) for column in zip(*rows, strict=True))
    before = value.copy()
    parts, quantiles = quantiles_by(part, value, tuple(shares))
    np.testing.assert_array_equal(value, before)
    assert parts.tolist() == sorted(set(part.tolist()))
    expected = [np.quantile(value[part == number], shares) for number in parts]
    np.testing.assert_allclose(quantiles, expected, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(
        medians_by(part, value)[1],
        [np.median(value[part == number]) for number in parts],
        rtol=1e-12,
        atol=1e-9,
    )


def test_no_values_have_no_parts():
    """Nothing in, nothing out."""
    parts, middles = medians_by(np.empty(0, dtype=np.intp), np.empty(0))
    assert parts.shape == middles.shape == (0,)
