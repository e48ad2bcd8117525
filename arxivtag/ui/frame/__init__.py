"""What every page shares: set-up, sidebar, choices, data sets, models, and small parts."""
