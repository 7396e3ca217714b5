"""Who waits, who is free, who takes it, what is kept: the API, its features, and the processes behind them."""
