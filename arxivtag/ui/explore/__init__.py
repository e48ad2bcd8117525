"""The Explore page: :func:`arxivtag.ui.explore.page.render_explore` and one module a tab."""
