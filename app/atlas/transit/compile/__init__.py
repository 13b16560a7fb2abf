"""From feeds to the columns of one typical weekday."""
