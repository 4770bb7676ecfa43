"""Time of ``fit`` per million rows as the rows grow, against native LightGBM.

Run it on an otherwise idle machine::

    python tests/benchmarks/lightgbm_growth.py
    python tests/benchmarks/lightgbm_growth.py --most 500000

Time that grows no faster than rows shows as a column that does not rise.
"""

from __future__ import annotations

import argparse

from lightgbm_fit import generate, run_native, run_ours

ROWS = (250_000, 500_000, 1_000_000, 2_000_000, 4_000_000)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=ROWS[-1], help="largest number of rows")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import synapse_magic

    master, conf = f"local[{options.threads}]", {"spark.ui.enabled": False}
    session = synapse_magic.start(master, app="benchmark", conf=conf)
    run_ours(session.spark, generate(20_000), 0)
    print(f"{'rows':>10}{'fit s':>9}{'native s':>10}{'ratio':>7}{'fit s per million':>19}")
    for rows in ROWS:
        if rows <= options.most:
            folder = generate(rows)
            native = run_native(folder, options.threads)
            ours = run_ours(session.spark, folder, 0)
            print(
                f"{rows:10}{ours:9.2f}{native:10.2f}{ours / native:7.2f}{ours / rows * 1e6:19.2f}"
            )
    session.stop()


if __name__ == "__main__":
    main()
