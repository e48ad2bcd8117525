"""What every page starts with: settings, style, and a sidebar with pages, data set and model.

Native discovery of ``pages/`` is used (``st.navigation`` beside a folder of that name
breaks deep links), so each page calls :func:`page_setup` first and is right when it is the
first address opened on a fresh server. The data set and the model are chosen once, hold on
every page, and stand in the address: ``?data=...&model=...``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from arxivtag import config
from arxivtag.policy import Policy, policy
from arxivtag.ui.browser.close_sidebar import close_sidebar_after_links
from arxivtag.ui.frame import choices as state
from arxivtag.ui.frame import components, data, data_input, memory, models

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
    """What is chosen for this page.

    Attributes:
        data_source: What ``papers.sources.load`` takes: "sample", a path, "upload:<id>".
        data_name: How the data set is shown.
        model: ``pretrained`` or a run id; empty if there is no model at all.
        model_name: How the model is shown.
        home: The home folder.
        policy: What one may do here.
    """

    data_source: str
    data_name: str
    model: str
    model_name: str
    home: Path
    policy: Policy
    links: dict[str, str]

    def link_parameters(self, **more: str) -> dict[str, str]:
        """Return the query parameters that carry the choices to another page, and ``more``."""
        return {**self.links, **more}


def page_setup(
    title: str, icon: str, intro: str = "", *, run_is_model: bool = False
) -> PageContext:
    """Set up a page and return what is chosen on it. Call it first on every page.

    Draws the sidebar, the page's title and, if given, the one sentence on what one can do
    here; so pages draw no title of their own.

    Args:
        title: The page's name, as in the sidebar.
        icon: A Material icon, as in ``":material/sell:"``.
        intro: One sentence in plain English.
        run_is_model: Whether ``?run=`` chooses the model (Predict), not the run to look at.
    """
    memory.settle()
    st.set_page_config(
        page_title="arxivtag" if title == "Home" else f"{title} · arxivtag",
        page_icon=str(IMAGES_FOLDER / "icon.svg"),
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"About": "arxivtag: explore arXiv abstracts, train a tagger, tag papers."},
    )
    st.html(components.STYLE)
    st.logo(str(IMAGES_FOLDER / "logo.svg"), size="large")
    home = config.home_folder()
    if run_is_model:
        _take_run_as_model()
    data_options = {
        option.id: option for option in data.data_options(home, state.url_value("data"))
    }
    model_options = {option.id: option for option in models.model_options(home)}
    data_choice = state.chosen("data set", "data", data_options, data.SAMPLE)
    default_model = next(iter(model_options), "")
    model_choice = state.chosen("model", "model", model_options, default_model)
    chosen_data = data_options[data_choice.value]
    chosen_model = model_options.get(model_choice.value)
    links = {
        name: value
        for name, value, default in (
            ("data", data_choice.value, data.SAMPLE),
            ("model", model_choice.value, default_model),
        )
        if value and value != default
    }
    context = PageContext(
        data_source=chosen_data.source,
        data_name=chosen_data.name,
        model=model_choice.value,
        model_name=chosen_model.name if chosen_model else "",
        home=home,
        policy=policy(),
        links=links,
    )
    with st.sidebar:
        _page_links(links)
        data_input.data_chooser(data_options, chosen_data.id, context.home)
        _model_chooser(model_options, model_choice.value)
        close_sidebar_after_links()
    st.title(HOME_TITLE if title == "Home" else title, anchor=False)
    if intro:
        components.lead(intro)
    for choice in (data_choice, model_choice):
        if choice.notice:
            st.warning(components.safe_text(choice.notice), icon=":material/link_off:")
    return context


def _take_run_as_model() -> None:
    run_id = state.url_value("run")
    if run_id is not None:
        st.query_params["model"] = run_id
        del st.query_params["run"]


def _page_links(links: dict[str, str]) -> None:
    with st.container(gap="xsmall", key="page-links"):
        for path, label, icon in PAGES:
            st.page_link(path, label=label, icon=icon, width="stretch", query_params=links)


def _model_chooser(options: dict[str, models.ModelOption], chosen: str) -> None:
    if not options:
        st.selectbox("Model in use", ["None yet"], disabled=True, key="no-model")
        st.caption("Train one, and it appears here.")
        return
    key = "model-choice"
    st.session_state[key] = chosen
    st.selectbox(
        "Model in use",
        list(options),
        format_func=lambda id_: options[id_].name,
        key=key,
        on_change=_model_changed,
        args=(next(iter(options)),),
    )
    components.note(options[chosen].description)


def _model_changed(default: str) -> None:
    state.remember("model", st.session_state["model-choice"], default)
