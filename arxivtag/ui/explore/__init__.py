"""The Explore page: :func:`arxivtag.ui.explore.page_view.render_explore` and one module a tab."""
