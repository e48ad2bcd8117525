"""What every page starts with: title, style, and a sidebar with pages, data set and model.

Native discovery of ``pages/`` is used (``st.navigation`` beside a folder of that name
breaks deep links), so each page calls :func:`page_setup` first and is right when it is the
first address opened on a fresh server. The data set and the model are chosen once, hold on
every page, and stand in the address: ``?data=...&model=...``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from arxivtag import config
from arxivtag.papers.source import SAMPLE
from arxivtag.policy import Policy, policy
from arxivtag.ui.browser.unseen import mend_page_links
from arxivtag.ui.frame import choices, components, data, memory, models, opening, who
from arxivtag.ui.frame.add_papers import add_papers_dialog

STYLE_PATH = config.ASSETS_FOLDER / "style.css"
IMAGES_FOLDER = config.ASSETS_FOLDER / "images"
PAGES: tuple[tuple[str, str, str], ...] = (
    ("streamlit_app.py", "Home", ":material/home:"),
    ("pages/1_Explore.py", "Explore", ":material/query_stats:"),
    ("pages/2_Train.py", "Train", ":material/model_training:"),
    ("pages/3_Predict.py", "Predict", ":material/sell:"),
    ("pages/4_Runs.py", "Runs", ":material/format_list_bulleted:"),
)
HOME_TITLE = "Subject areas for papers"


@dataclass(frozen=True)
class PageContext:
    """What is chosen for this page, by its source or id and as it is shown.

    ``model`` is ``pretrained`` or a run id, empty if there is no model at all; ``links`` are query
    parameters that carry the choices to another page.
    """

    data_source: str
    data_name: str
    model: str
    model_name: str
    home: Path
    policy: Policy
    links: dict[str, str]

    def link(self, path: str, label: str, icon: str, **more: str) -> None:
        """Draw a link to another page, with the query parameters ``more`` beside the choices."""
        st.page_link(path, label=label, icon=icon, query_params=self.links | more)


def page_setup(title: str, intro: str, *, run_is_model: bool = False) -> PageContext:
    """Set up a page and return what is chosen on it. Call it first on every page.

    Draws the sidebar, the page's title and the one sentence on what one can do here; so pages
    draw no title of their own. ``run_is_model`` says whether ``?run=`` chooses the model
    (Predict), not the run to look at.
    """
    memory.set_old_objects_aside()
    _set_look(title)
    who.stop_unless_let_in()
    if run_is_model and (run_id := choices.url_value("run")) is not None:
        st.query_params["model"] = run_id
        del st.query_params["run"]
    home = config.home_folder()
    data_sets = {one.id: one for one in data.data_options(home, choices.url_value("data"))}
    bundles = {one.id: one for one in models.model_options(home)}
    data_id, data_notice = choices.chosen("data set", "data", data_sets, SAMPLE)
    model, model_notice = choices.chosen("model", "model", bundles, next(iter(bundles), ""))
    links = choices.carried()
    with st.sidebar:
        with st.container(gap="xsmall", key="page-links"):
            for path, label, icon in PAGES:
                st.page_link(path, label=label, icon=icon, width="stretch", query_params=links)
        _chooser("Data set in use", "data", data_sets, data_id)
        adding = st.button("Add papers", icon=":material/add:", key="add-papers", width="stretch")
        st.session_state[opening.HOLD_KEY] = adding
        if adding:
            add_papers_dialog(home)
        _chooser("Model in use", "model", bundles, model)
        who.render_signed_in()
        mend_page_links()
    st.title(HOME_TITLE if title == "Home" else title, anchor=False)
    components.lead(intro)
    for notice in filter(None, (data_notice, model_notice)):
        st.warning(components.safe_text(notice), icon=":material/link_off:")
    return PageContext(
        data_source=data_sets[data_id].source,
        data_name=data_sets[data_id].name,
        model=model,
        model_name=bundles[model].name if bundles else "",
        home=home,
        policy=policy(),
        links=links,
    )


def _set_look(title: str) -> None:
    st.set_page_config(
        page_title="arxivtag" if title == "Home" else f"{title} · arxivtag",
        page_icon=str(IMAGES_FOLDER / "icon.svg"),
        layout="wide",
        # In a frame of another page the room is its own.
        initial_sidebar_state="collapsed" if st.context.is_embedded else "auto",
        menu_items={"About": "arxivtag: explore arXiv abstracts, train a tagger, tag papers."},
    )
    st.html(STYLE_PATH)
    st.logo(str(IMAGES_FOLDER / "logo.svg"), size="large")


def _chooser(heading: str, name: str, options: Mapping[str, choices.Option], chosen: str) -> None:
    """Draw a list to choose from; a change goes into the address and so to every page."""
    if not options:
        st.selectbox(heading, ["None yet"], disabled=True, key=f"no-{name}")
        st.caption("Train one, and it appears here.")
        return
    key = f"{name}-choice"
    st.session_state[key] = chosen
    st.selectbox(
        heading,
        list(options),
        format_func=lambda id_: options[id_].name,
        key=key,
        # The first option is the default.
        on_change=lambda: choices.remember(name, st.session_state[key], next(iter(options))),
    )
    components.note(options[chosen].description)
