"""Statistics in plain numbers: no database, no leads. Each function names its method and where it is from."""

from analytics.statistics.counts import Counted, count_p, lower_tail, upper_tail
from analytics.statistics.multiple import benjamini_hochberg
from analytics.statistics.normal import normal_p, normal_quantile
from analytics.statistics.proportions import (
    Above,
    Gain,
    MantelHaenszel,
    Table,
    above_others,
    fisher,
    fisher_above,
    gain_of_others,
    mantel_haenszel,
    wilson,
)
from analytics.statistics.robust import robust_scale, theil_sen
from analytics.statistics.words import probability

__all__ = [
    "Above",
    "Counted",
    "Gain",
    "MantelHaenszel",
    "Table",
    "above_others",
    "benjamini_hochberg",
    "count_p",
    "fisher",
    "fisher_above",
    "gain_of_others",
    "lower_tail",
    "mantel_haenszel",
    "normal_p",
    "normal_quantile",
    "probability",
    "robust_scale",
    "theil_sen",
    "upper_tail",
    "wilson",
]
