"""Draw the README's picture of the comparison anew; needs the extra ``static``."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Compare the founding case and write docs/images/comparison.svg."""
    import vl_convert

    from servanda.report.charts import peace_years
    from servanda.study import compare

    result = compare("ukraine-2025", draws=500, seed=1, rival_effects=False)
    spec = json.dumps(peace_years(result, theme="light"))
    target = Path("docs/images/comparison.svg")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(vl_convert.vegalite_to_svg(spec), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
