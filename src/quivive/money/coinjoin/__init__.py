"""Did several owners sign this transaction together, and by which CoinJoin protocol?

One file per protocol holds its rule on arrays and its reasons in words: `whirlpool`, `wasabi2`, `wasabi1`,
`joinmarket`, `tx0` (Whirlpool's entry, which is no CoinJoin) and `equal_output` (of no known protocol).
`detect.detect` judges one transaction, `columns.detect_columns` a whole ledger, both by the same compiled
rules.
"""
