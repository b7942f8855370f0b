"""Table 3 against its caption: estimates of the variance within five per cent."""

from variational.papers.arelbo.printed_tables import COLUMNS_3, ROWS_3
from variational.papers.arelbo.tables import ROUNDED
from variational.records import Claim, Source, Status

TRUTH = "(s + 7/1000)"  # 0.007 is taken as exact
WHICH = (
    "est is an estimate on a noisy partition by a parameterization that the caption counts as sufficient: all four for "
    "the uniform pattern, Diag-I and Diag-D for the spatial, Iso-D and Diag-D for the conditional, Diag-D for the last"
)

CLAIMS = (
    Claim(
        id="arelbo:table3",
        printed=r"\text{All the estimations land within 5% of } s_x^2 + 0.007, \text{ where } 0.007 \text{ is the"
        r" estimated variance of the original MNIST dataset}",
        source=Source(key="arelbo", locator="Table 3, caption"),
        assumptions=(ROUNDED, WHICH),
        formal={
            "kind": "table",
            "columns": COLUMNS_3,
            "rows": ROWS_3,
            "then": [f"est >= 95/100*{TRUTH}", f"est <= 105/100*{TRUTH}"],
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:table3.corrected",
    ),
    Claim(
        id="arelbo:table3.corrected",
        printed=r"\text{Within 12% of } s_x^2 + 0.007 \text{ land all the estimations at } s_x^2 = 0.1 \text{ and"
        r" those of Diag-D at } 0.01; \text{ there those of the other three fall short by 8 to 27% on the uniform"
        r" and the conditional pattern}",
        source=Source(key="arelbo", locator="Table 3, caption, with the margins that the numbers allow"),
        assumptions=(
            ROUNDED,
            WHICH,
            "where 0.10 or 0.11 is printed, within 5% cannot be told; at 0.099 it fails, by arelbo:table3.tenth",
        ),
        formal={"kind": "all", "of": ["arelbo:table3.near", "arelbo:table3.short", "arelbo:table3.tenth"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:table3.near",
        printed=r"\text{within 12%: all estimates at } s_x^2 = 0.1, \text{ and those of Diag-D}",
        source=Source(key="arelbo", locator="Table 3, s_x^2 = 0.1, and Diag-D"),
        assumptions=(ROUNDED, WHICH),
        formal={
            "kind": "table",
            "columns": COLUMNS_3,
            "rows": [row for row in ROWS_3 if row["s"] == "0.1" or row["diagD"] == "1"],
            "then": [f"est >= 88/100*{TRUTH}", f"est <= 112/100*{TRUTH}"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:table3.short",
        printed=r"\text{at } s_x^2 = 0.01 \text{ the estimates of Iso-I, Diag-I and Iso-D for the uniform and the"
        r" conditional pattern are 73 to 92% of } s_x^2 + 0.007",
        source=Source(key="arelbo", locator="Table 3, s_x^2 = 0.01, Iso-I, Diag-I, Iso-D"),
        assumptions=(ROUNDED, WHICH, "the spatial pattern, with 0.016 of Diag-I, is left out"),
        formal={
            "kind": "table",
            "columns": COLUMNS_3,
            "rows": [row for row in ROWS_3 if row["s"] == "0.01" and row["diagD"] == "0" and row["est"] != "0.016"],
            "then": [f"est >= 73/100*{TRUTH}", f"est <= 92/100*{TRUTH}"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:table3.tenth",
        printed=r"\text{at } s_x^2 = 0.1 \text{ too an estimate is more than 5% off}",
        source=Source(key="arelbo", locator="Table 3, s_x^2 = 0.1, uniform pattern, Diag-I, lower half"),
        assumptions=(ROUNDED, WHICH),
        formal={
            "kind": "table",
            "exists": True,
            "columns": COLUMNS_3,
            "rows": [row for row in ROWS_3 if row["s"] == "0.1"],
            "then": [f"est < 95/100*{TRUTH}"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
