"""The durability engine against history: fit to the casebook, shipped posterior, backtest.

``fit.calibrate`` fits, ``posterior`` reads and writes what ships, ``backtest.backtest`` scores.
"""
