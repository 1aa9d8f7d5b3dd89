"""Everything a reader sees of a comparison: terminal table, one-file report, charts, citations.

All of it is made from one :class:`servanda.study.result.Comparison`; nothing here computes a
result. Import the part you need: ``report.html``, ``report.terminal``, ``report.findings``,
``report.charts``, ``report.cite``, ``report.explain_number``.
"""
