"""How many papers arXiv gets."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from arxivtag.figures import theme


def submissions_figure(table: pd.DataFrame) -> go.Figure:
    """Draw papers each month: ``month`` (dates), ``papers``."""
    figure = theme.new_figure("Papers that arXiv gets each month", height=250)
    figure.add_scatter(
        x=table["month"].dt.strftime("%Y-%m-%d").tolist(),
        y=table["papers"].tolist(),
        mode="lines",
        line={"color": theme.PALETTE[0]},
        hovertemplate="%{x|%B %Y}: %{y:,} papers<extra></extra>",
        showlegend=False,
    )
    figure.update_yaxes(**theme.count_axis("papers"))
    return figure
