"""The measures of data balance by name, in the order of their columns, with what each means.

Loads the standard library alone: the cell language reads the names before anything is computed.
"""

from __future__ import annotations

PAIR: dict[str, str] = {
    "dp": "demographic parity: the share of positives among the rows of a level",
    "sdc": "S\N{LATIN SMALL LETTER O WITH STROKE}rensen-Dice: how far a level's rows and the "
    "positives are the same rows, 0 to 1",
    "ji": "Jaccard: rows that are both, among those that are of the level or positive",
    "llr": "log-likelihood: logarithm of the level's share of the positives",
    "pmi": "pointwise mutual information: logarithm of the level's share of positives",
    "n_pmi_y": "pmi in units of the logarithm of the share of positives",
    "n_pmi_xy": "pmi in units of the logarithm of the share of rows that are both",
    "s_pmi": "squared pmi: weighs frequent levels more",
    "krc": "Kendall's rank correlation of belonging to the level and being positive",
    "t_test": "t-test: how far level and positive are from independent",
}
"""What is said of a level; two levels are compared by the difference."""

DISTRIBUTION: dict[str, str] = {
    "kl_divergence": "Kullback-Leibler: surprise at the rows for who expects the reference",
    "js_dist": "Jensen-Shannon distance, 0 (as the reference) to 1",
    "inf_norm_dist": "the largest difference between a share and its reference",
    "total_variation_dist": "share of the rows that would have to change their level",
    "wasserstein_dist": "mean difference between a share and its reference",
    "chi_sq_stat": "chi-squared statistic of the counts against the reference",
    "chi_sq_p_value": "how likely such counts are where the reference holds",
}
"""What is said of a column: its shares against those of the reference."""

AGGREGATE: dict[str, str] = {
    "atkinson_index": "0: all combinations of levels have as many rows; near 1: few have nearly "
    "all",
    "theil_l_index": "mean logarithmic deviation of the combinations, 0 where all are alike",
    "theil_t_index": "redundancy of the combinations, 0 where all are alike",
}
"""What is said of all sensitive columns together."""

SCOPES: dict[str, str] = {
    **dict.fromkeys(PAIR, "pair"),
    **dict.fromkeys(DISTRIBUTION, "column"),
    **dict.fromkeys(AGGREGATE, "all"),
}
"""What each measure is a number of: a pair of levels, a column, or all columns together."""
